import { formatDuration } from '../../../model/duration.ts';
import { Command, NextStep } from '../parts/command.tsx';
import { DriftDiff } from '../parts/drift-diff.tsx';
import type { Fact } from '../parts/fact-list.tsx';
import { FactsAndConditions } from '../parts/facts-and-conditions.tsx';
import { Mark } from '../parts/mark.tsx';
import { Ago } from '../parts/time.tsx';
import { pageOf, paths } from '../links.ts';
import type { HostModel } from '../read/host.ts';
import { STATE_TEXTS } from '../states.ts';
import { number, sentence, short, shortRevision, shown } from '../text.ts';

const MOST_EVENTS = 40;

/** One host: how it is and why, what it is, what differs, and what happened to it. */
export function HostPage({ model, commit, nowMs }: { model: HostModel; commit: string; nowMs: number }) {
  const { line, resource, place, drift, driftTotal, history, advice, missing } = model;
  const { name, state, why, status } = line;
  return (
    <>
      <div class="topline">
        <h1 data-announce={`${name} is ${STATE_TEXTS[state].label}`}>
          {name} <Mark state={state} />
        </h1>
        <p class="facts">
          {place === undefined ? (
            'Its document is not in the repository.'
          ) : (
            <code>{commit === '' ? place : `${place} @ ${short(commit)}`}</code>
          )}
        </p>
      </div>
      {why === undefined ? (
        <p class="quiet">{sentence(STATE_TEXTS[state].meaning)}</p>
      ) : (
        <p class="why">{sentence(why)}</p>
      )}
      {advice ? <NextStep advice={advice} /> : ''}
      <Claim model={model} nowMs={nowMs} />
      {driftTotal === 0 ? '' : <DriftDiff lines={drift} total={driftTotal} />}
      <FactsAndConditions
        title="Facts"
        facts={factsOf(model, nowMs)}
        metadata={resource?.metadata}
        conditions={status?.conditions}
        nowMs={nowMs}
      />
      <section>
        <h2>What happened</h2>
        {missing === undefined ? '' : <p class="quiet">{sentence(missing)}</p>}
        {history.length === 0 ? (
          <p class="quiet">Nothing is known yet.</p>
        ) : (
          <ol class="history">
            {history.slice(0, MOST_EVENTS).map(({ at, text, tone, href }) => (
              <li data-is={tone}>
                <span class="when">
                  <Ago at={at} nowMs={nowMs} />
                </span>
                <span>{href === undefined ? shown(text, 500) : <a href={href}>{shown(text, 500)}</a>}</span>
              </li>
            ))}
          </ol>
        )}
      </section>
    </>
  );
}

/** Who is changing it, and how to take it back from somebody who will not give it back. */
function Claim({ model: { claim, orphaned, line }, nowMs }: { model: HostModel; nowMs: number }) {
  if (!claim) return <></>;
  const href = pageOf(claim.owner as `Operation/${string}`);
  const owner = shown(claim.owner, 120);
  return (
    <div class={orphaned ? 'note bad' : 'note'}>
      <p>
        {'Held by '}
        {href === undefined ? owner : <a href={href}>{owner}</a>}
        {' since '}
        <Ago at={claim.since} nowMs={nowMs} />
        {orphaned ? '. It has ended, and nobody will give the host back.' : '.'}
      </p>
      {orphaned ? <Command text={`intendant claims release ${line.name} --reason TEXT`} /> : ''}
    </div>
  );
}

interface KnownFacts {
  os?: string;
  osVersion?: string;
  architecture?: string;
  kernel?: string;
  cpus?: number;
  memoryKb?: number;
  diskBytes?: number;
  bootedAt?: string;
  rebootRequired?: boolean;
}

function factsOf({ line, resource, login, checkedAt }: HostModel, nowMs: number): Fact[] {
  const { status } = line;
  const {
    facts = {},
    hostKey,
    clockSkew,
  } = (status?.detail ?? {}) as {
    facts?: KnownFacts;
    hostKey?: string;
    clockSkew?: number;
  };
  const spec = resource?.spec;
  const up = nowMs - Date.parse(facts.bootedAt ?? '');
  return [
    ['About', spec?.description && shown(spec.description)],
    ['Cluster', line.cluster === '' ? undefined : <a href={paths.cluster(line.cluster)}>{line.cluster}</a>],
    ['Address', <code>{shown(line.address, 255)}</code>],
    ['Login', login === undefined ? undefined : <code>{shown(login, 300)}</code>],
    [
      'System',
      [facts.os, facts.osVersion]
        .filter(Boolean)
        .map((one) => shown(String(one), 60))
        .join(' '),
    ],
    ['Kernel', facts.kernel && `${shown(facts.kernel, 80)} (${shown(facts.architecture ?? '', 20)})`],
    ['Processors', facts.cpus === undefined ? undefined : number(facts.cpus)],
    ['Memory', facts.memoryKb === undefined ? undefined : `${(facts.memoryKb / 1024 ** 2).toFixed(1)} GiB`],
    ['Disk', facts.diskBytes === undefined ? undefined : `${(facts.diskBytes / 1024 ** 3).toFixed(1)} GiB`],
    ['Up', Number.isFinite(up) ? formatDuration(Math.max(0, up)) : undefined],
    ['Reboot required', facts.rebootRequired === true ? 'yes' : undefined],
    ['Clock', typeof clockSkew === 'number' ? `${clockSkew} s off` : undefined],
    ['Key recorded', hostKey === undefined ? undefined : <code class="key">{shown(hostKey, 120)}</code>],
    ['Checked', checkedAt === undefined ? undefined : <Ago at={checkedAt} nowMs={nowMs} />],
    ['In effect since', status?.lastAppliedRevision && <code>{shortRevision(status.lastAppliedRevision)}</code>],
  ];
}
