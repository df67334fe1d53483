import { formatDuration } from '../../../model/duration.ts';
import { BatchView } from '../parts/batch-view.tsx';
import { Command, NextStep } from '../parts/command.tsx';
import { FactList, type Fact } from '../parts/fact-list.tsx';
import { MetadataList } from '../parts/metadata.tsx';
import { Output } from '../parts/output.tsx';
import { Phase } from '../parts/phase.tsx';
import { Progress, progressWords } from '../parts/progress.tsx';
import { Ago } from '../parts/time.tsx';
import { paths } from '../links.ts';
import type { OperationModel } from '../read/operation.ts';
import { number, sentence, short, shown } from '../text.ts';

/** Up to so many hosts each has a row of its own. */
const WHOLE = 60;

/** One operation as a timeline: where it stands and why, its batches, and what every host went through. */
export function OperationPage({ model, nowMs }: { model: OperationModel; nowMs: number }) {
  const { line, record, resource, place, batches, outputs, advice } = model;
  const { name, phase, type, tally, message, reason } = line;
  const waits = line.unfinished && reason !== 'Progressing';
  const hosts = batches.reduce((sum, batch) => sum + batch.hosts.length, 0);
  return (
    <>
      <div class="topline">
        <h1 data-announce={`${name} is ${phase}. ${progressWords(tally)}`}>
          {name} <Phase phase={phase} />
        </h1>
        <p class="facts">{place === undefined ? 'Its document has left the repository.' : <code>{place}</code>}</p>
      </div>
      <div class="summary">
        <Progress tally={tally} />
        <p>{progressWords(tally)}</p>
      </div>
      {waits || phase === 'Failed' || reason === 'NameUsed' ? (
        <div class={phase === 'Failed' ? 'note bad' : 'note warn'}>
          <p>
            <strong>{phase === 'Failed' ? 'Why it failed: ' : 'Why it waits: '}</strong>
            {sentence(message)}
          </p>
          {advice ? <NextStep advice={advice} /> : ''}
        </div>
      ) : (
        <p class="quiet">{phase === 'Cancelled' ? sentence(message) : ''}</p>
      )}
      <FactList facts={factsOf(model, nowMs)} />
      <MetadataList metadata={resource?.metadata} />
      <section aria-labelledby="timeline-title">
        <h2 id="timeline-title">{`Timeline${type === '' ? '' : ` of the ${type}`}`}</h2>
        {batches.length === 0 ? <p class="quiet">It has not begun: its hosts are chosen when it does.</p> : ''}
        {batches.map((batch) => (
          <BatchView batch={batch} batches={record?.batches.length ?? 0} whole={hosts <= WHOLE} nowMs={nowMs} />
        ))}
      </section>
      {outputs.length === 0 ? (
        ''
      ) : (
        <section aria-labelledby="output-title">
          <h2 id="output-title">What hosts that failed have said</h2>
          {outputs.map(({ host, step, text }) => (
            <Output title={`${host}, ${step}`} text={text} />
          ))}
        </section>
      )}
    </>
  );
}

function factsOf({ line, record, resource, status }: OperationModel, nowMs: number): Fact[] {
  const { tally, clusters, batch, batches, beganAt, finishedAt } = line;
  const rollout = record?.frozen?.rollout;
  const spec = resource?.spec ?? record?.frozen?.spec;
  const { approval } = status.detail as { approval?: { digest?: string; who?: string } };
  const took = Date.parse(finishedAt ?? '') - Date.parse(beganAt ?? '');
  const over = rollout !== undefined && tally.failed > rollout.maxFailures;
  return [
    ['About', spec?.description && shown(spec.description)],
    [
      'Clusters',
      clusters.length === 0
        ? undefined
        : clusters.map((cluster, index) => (
            <>
              {index === 0 ? '' : ', '}
              <a href={paths.cluster(cluster)}>{cluster}</a>
            </>
          )),
    ],
    ['Batch', batches === 0 ? undefined : `${number(batch)} of ${number(batches)}`],
    [
      'Failures',
      rollout && (
        <span
          data-is={over ? 'bad' : 'quiet'}
        >{`${number(tally.failed)} of ${number(rollout.maxFailures)} allowed`}</span>
      ),
    ],
    ['At once', rollout && `${number(tally.running)} in hand; at most ${number(rollout.maxUnavailable)} down`],
    ['Between batches', rollout && rollout.minHealthyMs > 0 ? formatDuration(rollout.minHealthyMs) : undefined],
    ['Round', record && record.round > 0 ? number(record.round) : undefined],
    ['Began', beganAt === undefined ? undefined : <Ago at={beganAt} nowMs={nowMs} />],
    ['Ended', finishedAt === undefined ? undefined : <Ago at={finishedAt} nowMs={nowMs} />],
    ['Took', Number.isFinite(took) ? formatDuration(took) : undefined],
    ['From commit', record?.frozen?.commit && <code>{short(record.frozen.commit)}</code>],
    ['Approved by', approval?.who && shown(approval.who, 100)],
    [
      'Digest to approve',
      approval?.digest !== undefined && approval.who === undefined ? <Command text={approval.digest} /> : undefined,
    ],
  ];
}
