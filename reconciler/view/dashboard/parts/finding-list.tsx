import type { Diagnostic } from '../../../model/diagnostic.ts';
import { sentence, shown } from '../text.ts';

/** What is wrong in documents: where, how bad, what, and of which object. */
export function FindingList({ findings }: { findings: readonly Diagnostic[] }) {
  return (
    <ul class="findings">
      {findings.map((one) => (
        <li data-severity={one.severity}>
          <code>{`${shown(one.file, 200)}:${one.line}:${one.column}`}</code> <b>{one.severity}</b>{' '}
          {sentence(one.message)} <span class="quiet">{shown(one.code, 60)}</span>
          {one.key === undefined ? '' : <span class="quiet">{` ${shown(one.key, 120)}`}</span>}
        </li>
      ))}
    </ul>
  );
}
