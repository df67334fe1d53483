import { BaseCommand, type CommandAnswer } from '../../base-command.ts';
import { controlFlags } from '../../open-controls.ts';
import { outputDocument } from '../../output/document.ts';

export class Claims extends BaseCommand<typeof Claims> {
  static override summary = 'List who holds which host, since when, in which step, and why.';
  static override description =
    'Whoever changes a host holds it, and counts it as not available, until it has its outcome. A claim whose operation is ' +
    'gone is shown as orphaned, with what to type. Claims that were released by hand are listed below, with their reasons.';
  static override examples = [
    '<%= config.bin %> claims',
    { description: 'For programs.', command: '<%= config.bin %> claims -o json' },
  ];
  static override flags = controlFlags;

  protected override async answer(signal: AbortSignal): Promise<CommandAnswer> {
    const { openControls } = await import('../../open-controls.ts');
    const { renderClaims } = await import('../../output/render-claims.ts');
    const controls = await openControls(this.flags, signal);
    try {
      const list = await controls.claims(signal);
      return {
        document: outputDocument('ClaimList', { through: controls.through, ...list }),
        text: (screen) => renderClaims(list, screen, Date.now()),
      };
    } finally {
      await controls.close();
    }
  }
}
