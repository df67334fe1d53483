import { Args } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { outputDocument } from '../output/document.ts';

export class Schema extends BaseCommand<typeof Schema> {
  static override summary =
    'Show the fields of a kind, or of one of its fields: what each means and what may stand there.';
  static override description =
    'A field is named by its path with dots between the parts; the fields of the entries of a list stand below the list. ' +
    '"daemon" is the configuration of the daemon.';
  static override examples = [
    '<%= config.bin %> schema host',
    { description: 'One field and what is below it.', command: '<%= config.bin %> schema operation.spec.rollout' },
    { description: 'For programs.', command: '<%= config.bin %> schema cluster.spec -o json' },
  ];
  static override args = {
    field: Args.string({
      required: true,
      description: 'A kind, or a field of it: hosts, Host, host.spec.address, daemon.repository.',
    }),
  };

  protected override async answer(): Promise<CommandAnswer> {
    const { fieldNamed } = await import('../find-field.ts');
    const { kind, field } = fieldNamed(this.args.field);
    const { renderField } = await import('../output/render-field.ts');
    return {
      document: outputDocument('FieldDescription', { of: kind, ...field }),
      text: (screen) => renderField(kind, field, screen),
    };
  }
}
