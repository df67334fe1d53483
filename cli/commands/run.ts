import { Flags } from '@oclif/core';
import type { ResourceKey } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { daemonFlags } from '../daemon-flags.ts';
import { EXIT } from '../exit-codes.ts';
import { outputDocument } from '../output/document.ts';
import { endOnUnheededFailures } from '../unheeded-failures.ts';

export class Run extends BaseCommand<typeof Run> {
  static override summary = 'Run the daemon: follow the config repository, act on hosts, commit the outcomes.';
  static override description =
    'What it must know comes from /etc/intendant/intendant.yaml, --config FILE, etcd, variables and flags; `intendant config` ' +
    'shows the result. Stop it any way you like: asked to ' +
    'stop, it waits a moment (`drain`, 5s) for the steps in hand, a second Ctrl-C or SIGTERM ends it at once, and what is not ' +
    'over is taken up again at the next start: nothing happens twice. It logs to stderr: lines for people on a ' +
    'terminal, JSON otherwise.';
  static override examples = [
    '<%= config.bin %> run --config /etc/intendant/daemon.yaml',
    {
      description: 'From flags alone, with the keys of the ssh-agent.',
      command: '<%= config.bin %> run --repo git@git.example.com:ops/fleet.git --fleet prod',
    },
    {
      description: 'Only look at first: nothing is begun before `intendant resume-all`.',
      command: '<%= config.bin %> run --config daemon.yaml --paused',
    },
    {
      description: 'Until nothing moves any more, and then exit.',
      command: '<%= config.bin %> run --config daemon.yaml --once',
    },
  ];
  static override flags = {
    ...daemonFlags,
    paused: Flags.boolean({ summary: 'Start halted: no step begins until `intendant resume-all`.' }),
    once: Flags.boolean({ summary: 'Converge and exit.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer | undefined> {
    const { readConfig } = await import('../read-config.ts');
    const { startReconciler } = await import('../../reconciler/main.ts');
    const log = await this.openLog();
    const config = await readConfig(this.flags, { note: (text) => log.warn({}, text), withView: true });
    const objects = new Map<ResourceKey, ObjectStatus>();
    const stopWatching = endOnUnheededFailures(log);

    const running = await startReconciler(config, {
      log,
      once: this.flags.once,
      ...(this.flags.paused && { paused: (await import('../open-controls.ts')).whoTypes() }),
      signal,
      onStatus: (key, status) => void (status ? objects.set(key, status) : objects.delete(key)),
    });
    await running.done.finally(stopWatching);

    if (!this.flags.once) return undefined;
    if (signal.aborted) this.exit(EXIT.interrupted);
    const { troubleOf } = await import('../../reconciler/status/wellness.ts');
    const unwell = [...objects.values()].filter((status) => troubleOf(status) !== undefined).map(({ key }) => key);
    const { FROZEN } = await import('../../reconciler/rollout/freeze.ts');
    const isFrozen = ({ conditions }: ObjectStatus): boolean => conditions.some(({ reason }) => reason === FROZEN);
    const frozen = [...objects.values()].filter(isFrozen).map(({ key }) => key);
    const found = { changed: objects.size, unwell: unwell.sort(), frozen: frozen.sort() };
    return {
      document: outputDocument('RunReport', { fleet: config.fleet, ...found }),
      text: ({ paint }) => {
        const bad = unwell.length > 0 ? `, ${paint('bad', `not well: ${unwell.join(', ')}`)}` : '';
        const held = frozen.length > 0 ? `, ${paint('attention', `held by a freeze: ${frozen.join(', ')}`)}` : '';
        return `Converged: ${found.changed} objects changed${bad}${held}.`;
      },
    };
  }
}
