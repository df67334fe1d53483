import { join } from 'node:path';
import { Flags } from '@oclif/core';
import { untilAborted } from '../../reconciler/model/until-aborted.ts';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import type { DemoWorld } from '../demo/world.ts';
import { EXIT } from '../exit-codes.ts';
import { outputDocument } from '../output/document.ts';

/** Long enough to be seen, short enough to be waited for. */
const REBOOT_MS = 1500;

export class Demo extends BaseCommand<typeof Demo> {
  static override summary = 'Show all of it on this machine alone: a push, a rolling restart, the status commit.';
  static override description =
    'Makes a git repository from the examples and a simulated SSH host for each one in them, starts the real daemon on ' +
    'both, pushes a rolling restart, and shows it happening and the commit that comes back. Needs nothing but Node.';
  static override examples = [
    '<%= config.bin %> demo',
    { description: 'On a cluster of 200 more hosts.', command: '<%= config.bin %> demo --hosts 200' },
    { description: 'Leave it running, to try the other commands on it.', command: '<%= config.bin %> demo --keep' },
  ];
  static override flags = {
    keep: Flags.boolean({ summary: 'Leave it running until Ctrl-C, and print what to try.' }),
    hosts: Flags.integer({
      helpValue: 'N',
      min: 1,
      max: 1000,
      summary: 'Add a cluster of so many hosts to the examples, and restart that one.',
    }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { runDemo } = await import('../demo/run-demo.ts');
    const { Stage } = await import('../demo/stage.ts');
    const { readRepository } = await import('../read-repository.ts');
    const stage =
      this.flags.output === 'table' ? new Stage(process.stdout, this.screen) : new Stage(process.stderr, this.talk);
    const startedAt = performance.now();

    const report = await runDemo({
      examples: join(this.config.root, 'examples-repo'),
      addHosts: this.flags.hosts ?? 0,
      rebootMs: REBOOT_MS,
      readInventory: async (folder) => (await readRepository(folder, signal)).inventory,
      stage,
      paint: this.screen.paint,
      log: await this.openLog({ quiet: !process.env['DEBUG'] }),
      signal,
      keep: this.flags.keep
        ? (world, { viewUrl }) => this.#keep(world, viewUrl ?? '', (text) => stage.say(text), signal)
        : undefined,
    });

    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return {
      document: outputDocument('DemoReport', { ...report, seconds }),
      text: () => (report.result === 'Succeeded' ? `Done in ${seconds} s.` : `The restart has ${report.result}.`),
      exitCode: report.result === 'Succeeded' ? EXIT.ok : EXIT.error,
    };
  }

  async #keep(world: DemoWorld, viewUrl: string, say: (text: string) => void, signal: AbortSignal): Promise<void> {
    const hosts = [...world.fleet.addresses].slice(0, 8);
    const key = join(world.folder, 'hosts-key');
    const state = world.config.state;
    say(
      [
        '',
        'It goes on until Ctrl-C. The hosts:',
        ...hosts.map(([name, { host, port }]) => `  ${name.padEnd(16)} ${host}:${port}`),
        ...(world.fleet.addresses.size > hosts.length
          ? [`  and ${world.fleet.addresses.size - hosts.length} more`]
          : []),
        `The view, in a browser: ${viewUrl}`,
        'Try, in another terminal:',
        `  intendant status --state ${state}`,
        `  intendant get hosts --state ${state}`,
        `  intendant get operations --state ${state} -o yaml`,
        `  git clone ${world.repository.gitdir} my-fleet    change something, commit, push`,
        `  ssh -i ${key} -p ${hosts[0]?.[1].port ?? 22} root@127.0.0.1 uptime`,
      ].join('\n'),
    );
    await untilAborted(signal);
  }
}
