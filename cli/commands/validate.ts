import { resolve } from 'node:path';
import { Args } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { EXIT } from '../exit-codes.ts';
import { outputDocument } from '../output/document.ts';

export class Validate extends BaseCommand<typeof Validate> {
  static override summary = 'Check every document of a config repository, without a daemon and without the hosts.';
  static override description =
    'Reads every *.yaml below the folder and reports all findings at once, each with file, line and column. Exits 1 when there is an error.';
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate my-fleet',
    { description: 'For a program or a pipeline.', command: '<%= config.bin %> validate my-fleet -o json' },
  ];
  static override args = {
    path: Args.string({ default: '.', description: 'Folder of the config repository.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { readRepository } = await import('../read-repository.ts');
    const { renderDiagnostics, countDiagnostics } = await import('../output/render-diagnostics.ts');
    const { plural } = await import('../../reconciler/view/plan-text.ts');
    this.progress.step('Reading the documents');

    const { diagnostics, files, documents } = await readRepository(resolve(this.args.path), signal);

    const valid = diagnostics.every(({ severity }) => severity !== 'error');
    return {
      document: outputDocument('ValidationReport', { valid, files, documents, diagnostics }),
      text: ({ paint }) =>
        [
          ...renderDiagnostics(diagnostics, paint),
          `${plural(documents, 'document')} in ${plural(files, 'file')}: ${countDiagnostics(diagnostics)}.`,
        ].join('\n'),
      exitCode: valid ? EXIT.ok : EXIT.error,
    };
  }
}
