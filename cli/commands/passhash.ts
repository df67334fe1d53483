import { Flags } from '@oclif/core';
import { HIGHEST_COST, LOWEST_COST } from '../../reconciler/view/sign-in/basic/cost.ts';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { outputDocument } from '../output/document.ts';

export class Passhash extends BaseCommand<typeof Passhash> {
  static override summary = 'Print the bcrypt hash of a password, for the users of the view.';
  static override description =
    'The password is asked for without being shown, or read from a file or from standard input; never from the command line, ' +
    'where others can see it. The hash goes into users.json: {"ada": {"hash": "…"}}.';
  static override examples = [
    '<%= config.bin %> passhash',
    {
      description: 'From a file, with more rounds.',
      command: '<%= config.bin %> passhash --file ada.password --rounds 14',
    },
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      helpValue: 'FILE',
      summary: 'Read the password from this file, "-" for standard input; one newline at its end does not count.',
    }),
    rounds: Flags.integer({
      char: 'r',
      min: LOWEST_COST,
      max: HIGHEST_COST,
      default: 12,
      summary: 'Cost of the hash: one more doubles the time that a guess takes.',
    }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { readPassword } = await import('../read-password.ts');
    const { hashPassword } = await import('../../reconciler/view/sign-in/basic/hash-password.ts');
    const password = await readPassword(this.flags.file, signal);
    const hash = await hashPassword(password, this.flags.rounds);
    return { document: outputDocument('PasswordHash', { hash }), text: () => hash };
  }
}
