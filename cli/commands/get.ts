import { Args, Flags } from '@oclif/core';
import { BaseCommand, type CommandAnswer } from '../base-command.ts';
import { outputDocument } from '../output/document.ts';
import { viewFlags } from '../view-flags.ts';

export class Get extends BaseCommand<typeof Get> {
  static override summary = 'Show what is known of the objects of one kind, or of one of them.';
  static override description =
    'Kinds may be written in any case, in the plural, or short: hosts, Host, ho. The daemon is asked, then the store, then ' +
    'the status branch; which one answered and how old it is stands on stderr, and under "view" in objects.';
  static override examples = [
    '<%= config.bin %> get hosts',
    { description: 'One object, with its conditions.', command: '<%= config.bin %> get host web-1' },
    { description: 'For programs.', command: '<%= config.bin %> get operations -o json' },
    { description: 'As committed, from anywhere.', command: '<%= config.bin %> get hosts --cluster web --from status' },
  ];
  static override args = {
    kind: Args.string({
      required: true,
      description: 'A kind: hosts, clusters, operations, networks, containermanagers, fleets.',
    }),
    name: Args.string({ description: 'The name of one object.' }),
  };
  static override flags = {
    ...viewFlags,
    cluster: Flags.string({ helpValue: 'NAME', summary: 'Only objects of this cluster.' }),
  };

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { kindNamed, getList, getOne } = await import('../get-objects.ts');
    const kind = kindNamed(this.args.kind);
    const fleet = await this.openFleet(this.flags, signal);
    try {
      const { from, asOf } = fleet.info;
      const view = { from, asOf };
      if (this.args.name !== undefined) {
        const { status, render } = await getOne(fleet.view, kind, this.args.name, signal);
        return { document: outputDocument(`${kind}Status`, { view, ...status }), text: render };
      }
      const { items, render } = await getList(fleet.view, kind, { cluster: this.flags.cluster }, signal);
      return { document: outputDocument(`${kind}StatusList`, { view, items }), text: render };
    } finally {
      await fleet.close();
    }
  }
}
