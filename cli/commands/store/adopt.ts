import { BaseCommand, type CommandAnswer } from '../../base-command.ts';
import { daemonFlags } from '../../daemon-flags.ts';
import { outputDocument } from '../../output/document.ts';
import { plainLine } from '../../output/plain.ts';

export class StoreAdopt extends BaseCommand<typeof StoreAdopt> {
  static override summary = 'Rebuild a lost store from the status branch and the hosts.';
  static override description =
    'For when status says StoreLost: the store is empty, older than, or other than what the status branch says. Stop the ' +
    'daemon first. Hosts are only asked, nothing is changed on them. Operations that have ended keep their end and never run ' +
    'again; those that have not come back Suspended, until a commit lets each go on: set its spec.suspend to false.';
  static override examples = ['<%= config.bin %> store adopt --config /etc/intendant/daemon.yaml'];
  static override flags = daemonFlags;

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { readConfig } = await import('../../read-config.ts');
    const { adoptStore } = await import('../../../reconciler/compose/adopt-store.ts');
    const { VERSION } = await import('../../../reconciler/model/version.ts');
    const { systemClock } = await import('../../../reconciler/model/clock.ts');
    const config = await readConfig(this.flags);
    this.progress.step('Asking the status branch and the hosts');
    const adoption = await adoptStore(
      config,
      { version: VERSION, clock: systemClock, log: await this.openLog({ quiet: true }) },
      signal,
    );
    const { finished, held, silent, store } = adoption;
    return {
      document: outputDocument('StoreAdoption', { ...adoption }),
      text: ({ paint }) =>
        [
          `${paint('strong', 'Adopted')}: the store is ${store.id}, epoch ${store.epoch}; ${finished.length} operations have ended.`,
          ...(held.length > 0
            ? [plainLine(`Held until a commit sets spec.suspend to false (or removes it): ${held.join(', ')}.`)]
            : []),
          ...(silent.length > 0 ? [plainLine(`Could not be asked: ${silent.join(', ')}.`)] : []),
          'Start the daemon now.',
        ].join('\n'),
    };
  }
}
