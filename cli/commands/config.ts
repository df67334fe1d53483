import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { daemonFlags } from '../daemon-flags.ts';
import { outputDocument } from '../output/document.ts';

export class Config extends BaseCommand<typeof Config> {
  static override summary = "Show the daemon's configuration, and where each value of it comes from.";
  static override description =
    'From /etc/intendant/intendant.yaml, then --config FILE, then the key /intendant/config of the etcd that ETCD_MACHINES ' +
    'names, then variables (repository.poll is INTENDANT_REPOSITORY_POLL), then flags: each wins over those before it, field ' +
    'by field. Secrets are shown as (sensitive), with the file or variable that holds them. Exits 1 with every mistake and ' +
    'its source when the daemon could not run with it.';
  static override examples = [
    '<%= config.bin %> config',
    { description: 'With one field changed.', command: '<%= config.bin %> config --set repository.poll=10s' },
    { description: 'For programs.', command: '<%= config.bin %> config --config daemon.yaml -o yaml' },
  ];
  static override flags = daemonFlags;

  protected override async answer(): Promise<CommandAnswer> {
    const { configSources } = await import('../read-config.ts');
    const { checkConfig, mergeConfig } = await import('../../reconciler/config/load.ts');
    const { describeConfig } = await import('../../reconciler/config/describe.ts');
    const { renderConfig } = await import('../output/render-config.ts');
    const options = configSources(this.flags);
    const merged = await mergeConfig(options);

    await checkConfig(merged, options.environment);

    const { sources, unknown } = merged;
    const { config, values } = describeConfig(merged);
    return {
      document: outputDocument('Configuration', { config, values, sources, unknown }),
      text: (screen) => renderConfig({ values, sources, unknown }, screen),
    };
  }
}
