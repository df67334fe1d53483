import { inventoryLine } from '../hosts/profile/inventory.ts';
import type { ProfileChange } from '../hosts/profile/changes.ts';
import type { ConvergeHeader } from '../hosts/profile/converge-header.ts';
import { CHANGE_MARK } from '../hosts/scripts/converge.ts';
import type { SimProfile } from './profile.ts';
import type { SimHost } from './sim-host.ts';
import type { ShellResult } from './tiny-shell.ts';

/**
 * Does on a simulated host what a converge script does on a real one: the changes in their order, with the record written before each
 * effect, so that a power cut leaves what it would leave there.
 */
export async function converge(host: SimHost, header: ConvergeHeader, signal: AbortSignal): Promise<ShellResult> {
  const { profile } = host;
  let output = '';
  profile.inventory = profile.inventory.filter((line) => !line.startsWith('applied '));
  const claims = header.changes.filter(({ kind, leaving }) => kind === 'service' && !leaving);
  for (const change of claims) claim(profile, change);
  for (const [index, change] of header.changes.entries()) {
    output += `${CHANGE_MARK} ${change.action} ${change.kind} ${change.name}\n`;
    if (host.faults.changeMs) await host.clock.sleep(host.faults.changeMs, signal);
    const { failChange } = host.faults;
    if (failChange === index + 1 || failChange === change.name) {
      return { exitCode: 1, output: `${output}failed: the simulated ${change.kind} ${change.name} fails\n` };
    }
    if (change.kind === 'service') changeService(profile, change);
    else if (change.kind === 'command') profile.commands.add(change.name);
    else if (change.kind === 'package') changePackage(profile, change);
    else changeFile(profile, change, header);
    host.note({ event: 'changed', reason: `${change.action} ${change.kind} ${change.name}` });
  }
  profile.inventory = [
    ...profile.inventory.filter((line) => !/^restart(?: due|-on) /.test(line)),
    ...header.restartOn.flatMap(({ service, paths }) => paths.map((path) => `restart-on ${service} ${path}`)),
    `applied ${header.digest}`,
  ];
  if (header.clean) profile.inventory = [];
  return { exitCode: 0, output };
}

function note(profile: SimProfile, line: string): void {
  if (!profile.inventory.includes(line)) profile.inventory.push(line);
}

function drop(profile: SimProfile, ...lines: string[]): void {
  profile.inventory = profile.inventory.filter((line) => !lines.includes(line));
}

const CLAIMS: Partial<Record<ProfileChange['action'], ['enabled' | 'running', 'absent' | 'kept']>> = {
  enable: ['enabled', 'absent'],
  disable: ['enabled', 'kept'],
  start: ['running', 'absent'],
  stop: ['running', 'kept'],
};

function claim(profile: SimProfile, { kind, name, action }: ProfileChange): void {
  const [aspect, before] = CLAIMS[action] ?? [];
  if (!aspect || !before) return;
  const known = (['absent', 'kept'] as const).some((each) => profile.inventory.includes(`${aspect} ${each} ${name}`));
  if (!known) note(profile, inventoryLine({ kind, name, before, aspect }));
}

function changeService(profile: SimProfile, { name, action }: ProfileChange): void {
  const { enabled, running } = profile.services.get(name) ?? { enabled: false, running: false };
  const [aspect, before] = CLAIMS[action] ?? [];
  if (aspect) {
    const on = action === 'enable' || action === 'start';
    const other = before === 'absent' ? 'kept' : 'absent';
    profile.services.set(name, aspect === 'enabled' ? { enabled: on, running } : { enabled, running: on });
    drop(profile, `${aspect} ${other} ${name}`);
  }
  if (action === 'restart' || action === 'start') drop(profile, `restart due ${name}`);
  if (action === 'forget') {
    drop(profile, ...['enabled', 'running'].flatMap((each) => [`${each} absent ${name}`, `${each} kept ${name}`]));
  }
}

function changePackage(profile: SimProfile, { name, action }: ProfileChange): void {
  const line = `package absent ${name}`;
  if (action === 'install') {
    note(profile, line);
    profile.packages.add(name);
    return;
  }
  if (action === 'remove') profile.packages.delete(name);
  drop(profile, line);
}

function changeFile(profile: SimProfile, { kind, name, action, leaving }: ProfileChange, header: ConvergeHeader): void {
  const lines = ['file', 'repository'].flatMap((each) => [`${each} absent ${name}`, `${each} kept ${name}`]);
  if (leaving) {
    const original = profile.originals.get(name);
    if (action === 'remove') profile.files.delete(name);
    if (action === 'restore' && original) profile.files.set(name, original);
    profile.originals.delete(name);
    return drop(profile, ...lines);
  }
  const file = header.files.find(({ path }) => path === name);
  if (!file) return;
  const stood = profile.files.get(name);
  if (!lines.some((line) => profile.inventory.includes(line))) {
    if (stood) profile.originals.set(name, stood);
    note(profile, `${kind} ${stood ? 'kept' : 'absent'} ${name}`);
  }
  for (const { service, paths } of header.restartOn) if (paths.includes(name)) note(profile, `restart due ${service}`);
  const { sha256, mode, owner, group } = file;
  profile.files.set(name, { sha256, mode, owner, group });
}
