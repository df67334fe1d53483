import { Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { controlFlags } from '../open-controls.ts';
import { outputDocument } from '../output/document.ts';
import { plainLine } from '../output/plain.ts';

export class Halt extends BaseCommand<typeof Halt> {
  static override summary = 'Stop everything: from now on no step begins on any host.';
  static override description =
    'Steps in hand end, the next ones are not begun, also not after a restart of the daemon; hosts are still looked at. ' +
    'It needs no git: it goes through the daemon, or into its store where none runs. `intendant resume-all` lifts it. ' +
    'Without either, the file /etc/intendant/halt on the machine of the daemon does the same while it is there (`haltFile`).';
  static override examples = [
    '<%= config.bin %> halt',
    { description: 'With the reason, for everyone to see.', command: '<%= config.bin %> halt --why maintenance' },
    '<%= config.bin %> halt --config /etc/intendant/daemon.yaml',
  ];
  static override flags = {
    ...controlFlags,
    why: Flags.string({ helpValue: 'TEXT', summary: 'The reason; status shows it.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { openControls, whoTypes } = await import('../open-controls.ts');
    const controls = await openControls(this.flags, signal);
    try {
      const { halt, already } = await controls.halt({ who: whoTypes(), why: this.flags.why }, signal);
      const { who, why, since } = halt;
      const document = outputDocument('Halt', { through: controls.through, already, who, why, since });
      const facts = plainLine(`by ${who} since ${since}: ${why}`);
      return {
        document,
        text: ({ paint }) =>
          `${paint('strong', already ? 'Halted already' : 'Halted')} ${facts}\nintendant resume-all lifts it.`,
      };
    } finally {
      await controls.close();
    }
  }
}
