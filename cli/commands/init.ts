import { basename, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { outputDocument } from '../output/document.ts';

export class Init extends BaseCommand<typeof Init> {
  static override summary = 'Write a commented starter repository into a new folder.';
  static override description =
    'The starter is valid as it is and restarts nothing. A folder that holds anything but ".git" is refused.';
  static override examples = [
    { description: 'A starter in a new folder.', command: '<%= config.bin %> init my-fleet' },
    {
      description: 'The same, with another name for the fleet.',
      command: '<%= config.bin %> init my-fleet --fleet prod',
    },
  ];
  static override args = {
    dir: Args.string({ required: true, description: 'The folder to make. It may exist when it is empty.' }),
  };
  static override flags = {
    fleet: Flags.string({ summary: 'Name of the fleet. Default: the name of the folder.', helpValue: 'NAME' }),
  };

  protected override async answer(): Promise<CommandAnswer> {
    const { starterFiles } = await import('../starter/files.ts');
    const { writeStarter } = await import('../starter/write.ts');
    const { fleetName } = await import('../starter/fleet-name.ts');
    const folder = resolve(this.args.dir);
    const files = starterFiles(fleetName(this.flags.fleet, basename(folder)));

    await writeStarter(folder, files);

    const shown = this.args.dir;
    const next = [`intendant validate ${shown}`, `intendant plan ${shown}`, 'intendant demo'];
    const document = outputDocument('StarterRepository', { folder, files: files.map((file) => file.path), next });
    return {
      document,
      text: ({ paint }) =>
        [
          `Wrote a starter repository to ${shown}:`,
          ...document.files.map((file) => `  ${file}`),
          '',
          paint('strong', 'Next:'),
          `  put your own hosts into ${shown}/clusters/web/hosts/`,
          `  ${next[0]}   checks every document`,
          `  ${next[1]}       shows what would be done`,
          `  ${next[2]}       shows it all at work, on this machine alone`,
        ].join('\n'),
    };
  }
}
