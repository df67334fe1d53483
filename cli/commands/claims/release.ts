import { Args, Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../../base-command.ts';
import { controlFlags } from '../../open-controls.ts';
import { outputDocument } from '../../output/document.ts';
import { plainLine } from '../../output/plain.ts';

export class ClaimsRelease extends BaseCommand<typeof ClaimsRelease> {
  static override summary = 'Take the claim on a host away from the operation that holds it.';
  static override description =
    'For a host that nobody will give back. An operation that is under way lets go of it, counts it as failed ' +
    '(ReleasedByHand) and goes on within its failure budget. What runs on the host itself is not stopped. Who did it and why ' +
    'is kept, and shown by `claims`.';
  static override examples = [
    '<%= config.bin %> claims release web-1 --reason replaced',
    '<%= config.bin %> claims release web-1 --reason replaced --config /etc/intendant/daemon.yaml',
  ];
  static override args = { host: Args.string({ required: true, description: 'Name of the host.' }) };
  static override flags = {
    ...controlFlags,
    reason: Flags.string({ helpValue: 'TEXT', required: true, summary: 'Why; it is kept.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { openControls, whoTypes } = await import('../../open-controls.ts');
    const controls = await openControls(this.flags, signal);
    try {
      const record = await controls.release(this.args.host, { who: whoTypes(), why: this.flags.reason }, signal);
      return {
        document: outputDocument('ReleasedClaim', { through: controls.through, ...record }),
        text: () => plainLine(`${record.host} is released from ${record.owner}: ${record.why}`),
      };
    } finally {
      await controls.close();
    }
  }
}
