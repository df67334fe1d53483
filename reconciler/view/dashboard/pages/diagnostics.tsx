import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { DiagnosticList } from '../../../status/diagnostics-file.ts';
import type { FleetInfo } from '../../fleet-view.ts';
import { Empty } from '../parts/empty.tsx';
import { Command } from '../parts/command.tsx';
import { FindingList } from '../parts/finding-list.tsx';
import { plural, sentence, short, shown } from '../text.ts';

/** What is wrong in the config repository, file by file. */
export function DiagnosticsPage({ list, info }: { list: DiagnosticList; info: FleetInfo | undefined }) {
  const { diagnostics, total } = list;
  const held = Object.entries(info?.held ?? {});
  const refused = info?.revision?.refused;
  return (
    <>
      <h1 data-announce={plural(total, 'finding')}>Diagnostics</h1>
      {refused ? (
        <p class="note bad">{`The tip ${short(info.revision!.tip)} is refused: ${sentence(refused.message)}`}</p>
      ) : (
        ''
      )}
      {held.map(([what, commit]) => (
        <p class="note warn">
          {`${what === '*' ? 'Everything' : shown(what, 80)} is held at ${commit === '' ? 'nothing yet' : short(commit)} until the errors are mended; the rest goes on.`}
        </p>
      ))}
      {diagnostics.length === 0 ? (
        <Empty
          title="Nothing is wrong in the configuration"
          text="Findings in the config repository show here, with file and line."
        />
      ) : (
        <>
          <p class="quiet">
            {total > diagnostics.length
              ? `The first ${diagnostics.length} of ${plural(total, 'finding')}.`
              : plural(total, 'finding')}{' '}
            The same before a push: <Command text="intendant validate" />
          </p>
          {byFile(diagnostics).map(([file, found]) => (
            <section>
              <h2 class="mono">{shown(file, 200)}</h2>
              <FindingList findings={found} />
            </section>
          ))}
        </>
      )}
    </>
  );
}

/** Files with errors first, each with its findings in order. */
function byFile(diagnostics: readonly Diagnostic[]): [string, Diagnostic[]][] {
  const files = new Map<string, Diagnostic[]>();
  for (const one of diagnostics) {
    const found = files.get(one.file);
    if (found) found.push(one);
    else files.set(one.file, [one]);
  }
  const bad = (found: readonly Diagnostic[]): number => (found.some(({ severity }) => severity === 'error') ? 0 : 1);
  return [...files].sort(([, a], [, b]) => bad(a) - bad(b));
}
