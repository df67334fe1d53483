import { beforeEach, describe, expect, it } from 'vitest';
import { SCRIPT_TRAILER } from '../../../reconciler/hosts/scripts/step-start.ts';
import { systemClock } from '../../../reconciler/model/clock.ts';
import type { Verb } from '../../../reconciler/demo/faults.ts';
import { seededRandom } from '../../../reconciler/demo/random.ts';
import { FleetRecord } from '../../../reconciler/demo/record.ts';
import { SimHost } from '../../../reconciler/demo/sim-host.ts';
import { runVerb } from '../../../reconciler/demo/verbs.ts';
import { eventually } from '../../support/eventually.ts';

const noAbort = new AbortController().signal;
let record: FleetRecord;
let host: SimHost;

beforeEach(() => {
  record = new FleetRecord(undefined);
  host = new SimHost({ name: 'web-1', clock: systemClock, random: seededRandom(7), record, rebootMs: 1 });
});

async function ask(
  verb: Verb,
  args: string[],
  { stdin = '', root = true, whole = true } = {},
): Promise<Record<string, string>> {
  const sent = verb === 'step-start' && whole ? `${stdin}\n${SCRIPT_TRAILER} n\n` : stdin;
  const answer = await runVerb(host, { verb, args, root, stdin: async () => Buffer.from(sent), signal: noAbort });
  const lines = answer.stdout.trim().split('\n');
  if (lines[0] !== '@@intendant:n@@ begin' || lines.at(-1) !== '@@intendant:n@@ end') {
    return { exit: String(answer.exitCode), stderr: answer.stderr };
  }
  return Object.fromEntries(lines.slice(1, -1).map((line) => [line.split('=')[0]!, line.slice(line.indexOf('=') + 1)]));
}

function start(id: string, kind: string, boot = '-', digest = 'd', args: string[] = []): string[] {
  return ['n', '/steps', id, boot, digest, '100', '10', kind, ...args];
}

function startsOf(id: string): number {
  return record.events.filter(({ event, step }) => event === 'started' && step === id).length;
}

describe('the verbs on a simulated host', () => {
  it('tells its facts under the names of the protocol', async () => {
    const facts = await ask('facts', ['n']);

    expect(Object.keys(facts)).toEqual([
      'os',
      'osVersion',
      'model',
      'packageTool',
      'cpus',
      'memoryKb',
      'diskBytes',
      'bootId',
      'kernel',
      'uptimeSeconds',
      'rebootRequired',
      'diskFull',
      'architecture',
      'hostTime',
    ]);
    expect(facts.bootId).toBe(host.bootId);
  });

  it('runs a script once, however often it is started', async () => {
    const first = await ask('step-start', start('s', 'script'), { stdin: 'echo once\nexit 4' });
    const done = await ask('step-read', ['n', '/steps', 's', 'd', '5']);
    const again = await ask('step-start', start('s', 'script'), { stdin: 'echo twice' });

    expect(first.state).toBe('started');
    expect(done).toMatchObject({ state: 'done', exitCode: '4', dropped: '0' });
    expect(again).toEqual(done);
    expect(Buffer.from(done.output!, 'base64').toString()).toBe('once\n');
    expect(startsOf('s')).toBe(1);
  });

  it('starts nothing when the boot id is not the expected one', async () => {
    const answer = await ask('step-start', start('s', 'script', 'another-boot'));

    expect(answer).toEqual({ state: 'boot-changed', bootId: host.bootId });
    expect(await ask('step-read', ['n', '/steps', 's', 'd', '0'])).toMatchObject({ state: 'absent' });
  });

  it('calls a folder with another digest foreign', async () => {
    await ask('step-start', start('s', 'script'), { stdin: 'true' });

    const answer = await ask('step-read', ['n', '/steps', 's', 'other', '0']);

    expect(answer.state).toBe('foreign');
  });

  it('reboots into a new boot id, and the step that did it is then interrupted', async () => {
    const before = host.bootId;

    await ask('step-start', start('r', 'reboot', before));
    await eventually(() => host.bootId !== before);

    expect(await ask('step-read', ['n', '/steps', 'r', 'd', '0'])).toMatchObject({
      state: 'interrupted',
      startedBoot: before,
      bootId: host.bootId,
    });
    expect(host.uptimeSeconds()).toBeLessThan(60);
    expect(record.events.filter(({ event }) => event === 'down')).toHaveLength(1);
  });

  it('stops a script that a reboot meets, for good', async () => {
    await ask('step-start', start('s', 'script'), { stdin: 'sleep 60' });

    host.reboot();
    await eventually(() => host.up);

    expect(await ask('step-read', ['n', '/steps', 's', 'd', '0'])).toMatchObject({ state: 'interrupted' });
  });

  it('records the exit code of a refused reboot', async () => {
    host.faults = { refuseReboot: true };

    await ask('step-start', start('r', 'reboot'));

    expect(await ask('step-read', ['n', '/steps', 'r', 'd', '5'])).toMatchObject({ state: 'done', exitCode: '1' });
  });

  it('stays down when it never comes back', async () => {
    host.faults = { neverComesBack: true };

    host.reboot();

    expect(host.up).toBe(false);
    host.powerOn();
    expect(host.up).toBe(true);
  });

  it('caps the output and counts the rest', async () => {
    await ask('step-start', start('s', 'script'), { stdin: `echo ${'x'.repeat(149)}` });

    const done = await ask('step-read', ['n', '/steps', 's', 'd', '5']);

    expect(Buffer.from(done.output!, 'base64')).toHaveLength(100);
    expect(done.dropped).toBe('50');
  });

  it('refuses a folder of root to anyone else', async () => {
    const args = ['n', '/var/lib/intendant/prod/steps', 's', '-', 'd', '100', '10', 'reboot'];

    const answer = await ask('step-start', args, { root: false });

    expect(answer.state).toBe('error');
    expect(answer.message).toContain('Permission denied');
  });

  it('starts nothing when the script did not arrive whole', async () => {
    const answer = await ask('step-start', start('s', 'script'), { stdin: 'echo half', whole: false });

    expect(answer).toEqual({ state: 'error', message: 'the script did not arrive whole' });
    expect(await ask('step-read', ['n', '/steps', 's', 'd', '0'])).toMatchObject({ state: 'absent' });
  });

  it('keeps an uploaded file', async () => {
    const answer = await ask('upload', ['n', '/etc/motd', '644', '5'], { stdin: 'hello' });
    const short = await ask('upload', ['n', '/etc/motd', '644', '9'], { stdin: 'hell' });

    expect(answer.state).toBe('written');
    expect(short.state).toBe('error');
    expect(host.files.get('/etc/motd')?.content.toString()).toBe('hello');
  });

  it('can write nothing on a full disk', async () => {
    host.faults = { diskFull: true };

    const answer = await ask('step-start', start('s', 'script'), { stdin: 'true' });

    expect(answer.state).toBe('error');
    expect(startsOf('s')).toBe(0);
  });

  it('runs checks that it knows and fails them when told to', async () => {
    const well = await ask('check', ['n', '5', '--', 'systemctl', 'is-system-running']);
    host.faults = { failChecks: true };
    const ill = await ask('check', ['n', '5', '--', 'true']);

    expect(well.exitCode).toBe('0');
    expect(ill.exitCode).toBe('1');
  });

  it.each([
    ['facts', []],
    ['step-start', ['n', '/steps', '../up', '-', 'd', '100', '10', 'reboot']],
    ['step-read', ['n']],
    ['check', ['n', '5', 'true']],
  ] as [Verb, string[]][])('refuses wrong arguments of %s', async (verb, args) => {
    const answer = await ask(verb, args);

    expect(answer.exit).toBe('2');
  });

  it('does not know other programs', async () => {
    const answer = await ask('other', ['rm', '-rf', '/']);

    expect(answer.exit).toBe('127');
  });
});
