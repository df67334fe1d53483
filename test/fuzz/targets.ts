import type { Target } from './target.ts';

/** Every target by name. Loaded one at a time: a child needs only its own. */
export const TARGETS: Readonly<Record<string, () => Promise<Target>>> = {
  yaml: async () => (await import('./targets/texts.ts')).yamlTarget,
  templates: async () => (await import('./targets/templates.ts')).templatesTarget,
  'pkt-line': async () => (await import('./targets/git.ts')).pktLineTarget,
  pack: async () => (await import('./targets/git.ts')).packTarget,
  'host-output': async () => (await import('./targets/texts.ts')).hostOutputTarget,
  'known-hosts': async () => (await import('./targets/texts.ts')).knownHostsTarget,
  'status-files': async () => (await import('./targets/texts.ts')).statusFilesTarget,
  signatures: async () => (await import('./targets/signatures.ts')).signaturesTarget,
  arguments: async () => (await import('./targets/arguments.ts')).argumentsTarget,
  commands: async () => (await import('./targets/commands.ts')).commandsTarget,
  view: async () => (await import('./targets/view.ts')).viewTarget,
  'view-server': async () => (await import('./targets/view.ts')).viewServerTarget,
  'view-hook': async () => (await import('./targets/view-hook.ts')).viewHookTarget,
  'socket-routes': async () => (await import('./targets/socket.ts')).socketTarget,
};
