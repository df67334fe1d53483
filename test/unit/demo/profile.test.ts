import { beforeEach, describe, expect, it } from 'vitest';
import { FleetRecord } from '../../../reconciler/demo/record.ts';
import { seededRandom } from '../../../reconciler/demo/random.ts';
import { SimHost } from '../../../reconciler/demo/sim-host.ts';
import { runVerb } from '../../../reconciler/demo/verbs.ts';
import { apt } from '../../../reconciler/hosts/families/apt.ts';
import { convergeScript } from '../../../reconciler/hosts/profile/converge.ts';
import { failedChange } from '../../../reconciler/hosts/profile/failed-change.ts';
import { lookCommand, parseLook } from '../../../reconciler/hosts/profile/look.ts';
import { planChanges } from '../../../reconciler/hosts/profile/plan-changes.ts';
import type { SeenHost } from '../../../reconciler/hosts/profile/seen.ts';
import type { WantedHost } from '../../../reconciler/hosts/profile/wanted.ts';
import { stepReadCommand, stepStartCommand } from '../../../reconciler/hosts/guarded-step.ts';
import { parseStepSighting } from '../../../reconciler/hosts/step-sighting.ts';
import type { StepSighting } from '../../../reconciler/hosts/step-sighting.ts';
import type { VerbCommand } from '../../../reconciler/hosts/verb.ts';
import { systemClock } from '../../../reconciler/model/clock.ts';
import { tell } from '../../support/profile-host.ts';
import { bytesOf } from '../../support/standard-input.ts';
import { wantedFile, wantedHost, wantedService } from '../../support/wanted-host.ts';

const call = { user: 'root', nonce: 'n' };
const place = { stepsRoot: '/var/lib/intendant/prod/steps' };
const signal = new AbortController().signal;
const WANTED = wantedHost({
  packages: ['docker.io'],
  files: [wantedFile('/etc/docker/daemon.json', '{}')],
  commands: [{ name: 'swap-off', script: 'swapoff -a', unless: 'false' }],
  services: [wantedService('docker', { restartOn: ['/etc/docker/daemon.json'] })],
});
let record: FleetRecord;
let host: SimHost;
let steps = 0;

beforeEach(() => {
  record = new FleetRecord(undefined);
  host = new SimHost({ name: 'web-1', clock: systemClock, random: seededRandom(7), record, rebootMs: 1 });
});

async function send({ verb, line, stdin }: VerbCommand): Promise<string> {
  const args = line.bits.slice(4).map(String);
  return (await runVerb(host, { verb, args, root: true, stdin: async () => bytesOf(stdin), signal })).stdout;
}

async function look(wanted: WantedHost): Promise<SeenHost> {
  return parseLook(await send(lookCommand(call, { wanted, family: apt, place })), 'n', wanted, 'web-1')!.seen;
}

async function plan(wanted: WantedHost): Promise<string[]> {
  return planChanges(wanted, await look(wanted)).map(tell);
}

async function start(wanted: WantedHost): Promise<() => Promise<StepSighting>> {
  const script = convergeScript(apt, wanted, planChanges(wanted, await look(wanted)), place);
  const step = { ...place, stepId: `s${steps++}`, digest: 'd', timeoutSeconds: 20 };
  await send(stepStartCommand(call, { ...step, action: { kind: 'script', script, args: [] } }));
  return async () => parseStepSighting(await send(stepReadCommand(call, { ...step, waitSeconds: 5 })), 'n')!;
}

const converge = async (wanted: WantedHost): Promise<StepSighting> => (await start(wanted))();

describe('a profile on a simulated host', () => {
  it('is brought about, change by change, and then there is nothing to do', async () => {
    const done = await converge(WANTED);

    expect(done).toMatchObject({ state: 'done', exitCode: 0 });
    expect(await plan(WANTED)).toEqual([]);
    expect(record.events.filter(({ event }) => event === 'changed').map(({ reason }) => reason)).toEqual([
      'install package docker.io',
      'create file /etc/docker/daemon.json',
      'run command swap-off',
      'enable service docker',
      'start service docker',
    ]);
  });

  it.each([2, '/etc/docker/daemon.json'])('fails at the change that is told to fail: %s', async (failChange) => {
    host.faults = { failChange };

    const failed = await converge(WANTED);
    host.faults = {};

    expect(failed).toMatchObject({ state: 'done', exitCode: 1 });
    expect(failedChange('output' in failed ? failed.output : '')).toMatchObject({
      change: 'create file /etc/docker/daemon.json',
    });
    expect((await plan(WANTED))[0]).toBe('create file /etc/docker/daemon.json');
  });

  it('is finished after a power cut in the middle', async () => {
    host.faults = { changeMs: 20 };
    const read = await start(WANTED);
    while (!host.profile.packages.has('docker.io')) await systemClock.sleep(1, signal);

    host.cut();
    host.powerOn();
    const cut = await read();
    host.faults = {};
    const left = await plan(WANTED);
    await converge(WANTED);

    expect(cut).toMatchObject({ state: 'interrupted' });
    expect(left).toContain('start service docker');
    expect(await plan(WANTED)).toEqual([]);
  });

  it.each([
    ['package', 'docker.io', 'install package docker.io'],
    ['file', '/etc/docker/daemon.json', 'replace file /etc/docker/daemon.json (content)'],
    ['service', 'docker', 'start service docker'],
  ] as const)('drifts when somebody meddles with a %s', async (kind, name, change) => {
    await converge(WANTED);

    host.profile.drift({ kind, name });

    expect(await plan(WANTED)).toContain(change);
  });
});
