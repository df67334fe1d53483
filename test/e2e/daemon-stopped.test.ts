import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import type { JournalRecord } from '../../reconciler/model/plan.ts';
import { expectOnce } from '../support/crash.ts';
import { restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

let scenario: Scenario | undefined;

afterEach(async () => {
  await scenario?.stop();
  scenario = undefined;
});

/** A daemon in the middle of a script that lasts so long on two hosts. */
async function inTheMiddle(seconds: number, drain?: string): Promise<Scenario> {
  const made = await startScenario({ clusters: { web: 2 } });
  scenario = made;
  if (drain !== undefined) appendFileSync(made.configPath, `drain: ${drain}\n`);
  made.start();
  await made.untilHosts(made.hosts('web'), 'active');
  const script = `#!/bin/sh\nsleep ${seconds}\n`;
  const run = restartDocument('say', 'web', { type: 'run', script, rollout: { batches: '100%' }, timeout: '60s' });
  await made.repo.push({ 'operations/say.yaml': run }, 'say');
  await eventually(async () => (await made.events('started')).length === 2, { timeoutMs: 60_000 });
  return made;
}

/** What the store of a daemon that has ended says of the scripts. */
async function journalledRuns({ configPath }: Scenario): Promise<JournalRecord[]> {
  const store = await openEmbeddedStore({ folder: join(dirname(configPath), 'state/store') });
  const { entries } = await store.list('journal/say/');
  await store.close();
  return entries.filter(({ key }) => key.endsWith('-run')).map(({ value }) => value as unknown as JournalRecord);
}

async function expectSucceededOnce(made: Scenario): Promise<void> {
  const done = await made.untilPhase('say', ['Succeeded', 'Failed'], 60_000);
  expect(done.status).toBe('Succeeded');
  expectOnce(
    'run',
    'say',
    made.hosts('web'),
    (await made.fleet.records()).slice(firstPush(await made.fleet.records())),
  );
}

/** The record begins with the first boots. */
function firstPush(events: readonly { event: string }[]): number {
  return events.findIndex(({ event }) => event === 'login');
}

describeWith(['git'], 'a daemon that is asked to stop', () => {
  it('waits for a step that is about to end, writes down how it ended, and begins no other', async () => {
    const made = await inTheMiddle(2, '30s');

    const code = await made.daemon.kill('SIGTERM');

    expect(code, made.daemon.log()).toBe(0);
    const runs = await journalledRuns(made);
    expect(runs.map(({ outcome }) => outcome?.result)).toEqual(['succeeded', 'succeeded']);
    expect(await made.events('ended')).toHaveLength(2);
    made.start();
    await expectSucceededOnce(made);
  });

  it('leaves what lasts longer to go on at the hosts, and takes it up again at the next start', async () => {
    const made = await inTheMiddle(8, '1s');

    const code = await made.daemon.kill('SIGTERM');

    expect(code, made.daemon.log()).toBe(0);
    expect(await made.events('ended')).toEqual([]);
    const runs = await journalledRuns(made);
    expect(runs.map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
    made.start();
    await expectSucceededOnce(made);
  });

  it('ends at once when it is asked a second time', async () => {
    const made = await inTheMiddle(8, '10m');
    process.kill(made.daemon.pid, 'SIGTERM');
    await made.daemon.waitFor(/waits for the steps in hand/);

    const code = await made.daemon.kill('SIGTERM');

    expect(code).toBe(130);
    expect(await made.events('ended')).toEqual([]);
    made.start();
    await expectSucceededOnce(made);
  });
});
