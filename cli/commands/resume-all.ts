import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { EXIT } from '../exit-codes.ts';
import { controlFlags } from '../open-controls.ts';
import { outputDocument } from '../output/document.ts';
import { plainLine } from '../output/plain.ts';

export class ResumeAll extends BaseCommand<typeof ResumeAll> {
  static override summary = 'Lift the brake that `halt` or `run --paused` pulled: steps begin again.';
  static override description =
    'Each operation goes on where it was; nothing is done twice. A brake that is pulled by a file stays until the file is ' +
    'removed: then it says so and exits 1.';
  static override examples = [
    '<%= config.bin %> resume-all',
    '<%= config.bin %> resume-all --config /etc/intendant/daemon.yaml',
  ];
  static override flags = controlFlags;

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { openControls } = await import('../open-controls.ts');
    const controls = await openControls(this.flags, signal);
    try {
      const lifted = await controls.resumeAll(signal);
      const left = (await controls.halts(signal)).filter(({ by }) => by === 'file');
      const said = lifted
        ? plainLine(`Lifted what ${lifted.who} halted at ${lifted.since}.`)
        : 'The brake was not pulled by a command.';
      const lines = left.map(({ who }) => plainLine(`Still halted by the file ${who}: remove it.`));
      return {
        document: outputDocument('Resume', { through: controls.through, lifted: lifted ?? null, stillHaltedBy: left }),
        text: () => [said, ...lines].join('\n'),
        exitCode: left.length > 0 ? EXIT.error : EXIT.ok,
      };
    } finally {
      await controls.close();
    }
  }
}
