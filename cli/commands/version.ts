import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { outputDocument } from '../output/document.ts';

export class Version extends BaseCommand<typeof Version> {
  static override summary = 'Show the versions of intendant and of Node.';
  static override examples = ['<%= config.bin %> version', '<%= config.bin %> version -o json'];

  protected override async answer(): Promise<CommandAnswer> {
    const document = outputDocument('Version', {
      version: this.config.version,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    });
    return {
      document,
      text: () => `intendant ${document.version} (node ${document.node}, ${document.platform})`,
    };
  }
}
