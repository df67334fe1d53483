import { Args, Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { outputDocument } from '../output/document.ts';
import { viewFlags } from '../view-flags.ts';

export class Wait extends BaseCommand<typeof Wait> {
  static override summary = 'Wait until an object is as it should be; exit 0 then, and 1 when it is not in time.';
  static override description =
    'Of an operation the phase can be waited for: when it ends in another one, the waiting ends at once. An object that is not ' +
    'there yet is waited for too.';
  static override examples = [
    { description: 'For a host to answer.', command: '<%= config.bin %> wait host web-1 --for condition=Ready' },
    {
      description: 'For an operation to end well.',
      command: '<%= config.bin %> wait operation restart-web --for phase=Succeeded --timeout 2h',
    },
    { description: 'For a host to be gone.', command: '<%= config.bin %> wait host web-9 --for delete' },
  ];
  static override args = {
    kind: Args.string({ required: true, description: 'A kind: host, operation, cluster.' }),
    name: Args.string({ required: true, description: 'The name of one object.' }),
  };
  static override flags = {
    ...viewFlags,
    for: Flags.string({
      required: true,
      helpValue: 'STATE',
      summary: 'condition=TYPE[=True|False|Unknown], phase=WORD, status=WORD, or delete.',
    }),
    timeout: Flags.string({
      default: '30s',
      helpValue: 'DURATION',
      summary: 'How long to wait at most, such as 30s, 10m, 2h.',
    }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { kindNamed } = await import('../get-objects.ts');
    const { parseGoal } = await import('../wait-goal.ts');
    const { durationFlag, waitFor } = await import('../wait-for.ts');
    const goal = parseGoal(this.flags.for);
    const timeoutMs = durationFlag('--timeout', this.flags.timeout);
    const kind = kindNamed(this.args.kind);
    const fleet = await this.openFleet(this.flags, signal);
    try {
      this.progress.step(`Waiting for ${kind}/${this.args.name}`);
      const status = await waitFor(fleet.view, `${kind}/${this.args.name}`, goal, timeoutMs, signal);
      const document = outputDocument('Waited', { for: this.flags.for, object: status ?? null });
      return { document, text: () => `${kind}/${this.args.name} ${status?.status ?? 'is gone'}` };
    } finally {
      await fleet.close();
    }
  }
}
