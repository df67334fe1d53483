import { describe, expect, it } from 'vitest';
import { assessHost } from '../../../../reconciler/kinds/host/assess.ts';
import type { HostCheck, HostObserved } from '../../../../reconciler/kinds/host/observe.ts';
import type { HostRecord } from '../../../../reconciler/kinds/host/record.ts';
import type { Assessment } from '../../../../reconciler/model/controller.ts';
import type { Resource } from '../../../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../../../reconciler/model/status.ts';
import type { HostSpec } from '../../../../schema/generated/types.ts';

const facts = {
  os: 'debian',
  osVersion: '12',
  osLike: '',
  model: 'package' as const,
  packageTool: 'apt-get',
  architecture: 'x86_64',
  kernel: '6.1',
  cpus: 2,
  memoryKb: 1000,
  diskBytes: 10,
  bootId: 'b1b1b1b1',
  uptimeSeconds: 100,
  rebootRequired: false,
  hostTime: 0,
};
const reached: HostCheck = { reached: true, facts, hostKey: 'ssh-ed25519 AAAA' };
const unreachable: HostCheck = { reached: false, code: 'HOST_UNREACHABLE', message: 'no route' };

function host(spec: Partial<HostSpec> = {}): Resource<'Host'> {
  return {
    apiVersion: 'intendant/v1',
    kind: 'Host',
    metadata: { name: 'web-1' },
    spec: { address: '10.0.0.1', cluster: 'web', ...spec },
    origin: { oid: 'o', file: 'f', line: 1 },
    digest: 'd1',
  };
}

/** One host over several looks: each keeps what the one before wrote. */
class Looks {
  record: HostRecord | undefined;
  previous: ObjectStatus | undefined;
  nowMs = Date.parse('2026-01-01T00:00:00Z');

  look(
    check: HostCheck | undefined,
    resource: Resource<'Host'> | undefined = host(),
    over: Partial<HostObserved> = {},
  ): Assessment {
    const observed: HostObserved = {
      key: 'Host/web-1',
      address: resource?.spec.address ?? '',
      port: 22,
      reimage: resource?.spec.reimage ?? 0,
      joining: {},
      record: this.record,
      previous: this.previous,
      settings: { intervalMs: 60_000, retryMs: 30_000, failAfter: 3, timeoutMs: 1000 },
      check,
      ...over,
    };
    const context = {
      nowMs: this.nowMs,
      revision: { branch: 'main', commit: 'c1', sequence: 1 },
      changedIn: () => undefined,
      holder: 't',
    };
    const assessment = assessHost(resource, observed, context);
    this.record = (assessment.record as unknown as HostRecord | null) ?? undefined;
    this.previous = assessment.status;
    this.nowMs += 30_000;
    return assessment;
  }
}

const word = (assessment: Assessment): string | undefined => assessment.status?.status;
const condition = (assessment: Assessment, type: string): unknown =>
  assessment.status?.conditions.find((c) => c.type === type);

describe('assessHost', () => {
  it('is investigating on first sight and looked at again at once', () => {
    const first = new Looks().look(undefined);

    expect(word(first)).toBe('investigating');
    expect(first.outcome).toEqual({ result: 'progress' });
  });

  it('is not looked at again and again while somebody changes it before anybody has looked at it', () => {
    const looks = new Looks();
    looks.look(undefined);

    expect(looks.look(undefined, host(), { claimedBy: 'Operation/x' }).outcome).toMatchObject({
      result: 'steady',
      recheckAfterMs: 60_000,
    });
  });

  it('is active once it answered, with its facts and the revision that is in effect', () => {
    const looks = new Looks();
    looks.look(undefined);

    const active = looks.look(reached);

    expect(active.status).toMatchObject({
      status: 'active',
      lastAppliedRevision: 'main@sha1:c1',
      detail: { facts: { os: 'debian', bootedAt: expect.any(String) } },
    });
    expect(active.outcome).toEqual({ result: 'steady', recheckAfterMs: 60_000 });
  });

  it('is looked at on the interval while it waits to be bootstrapped', () => {
    const waiting = new Looks().look(reached, host(), { joining: { profile: 'p1' } });

    expect(word(waiting)).toBe('bootstrapping');
    expect(waiting.outcome).toEqual({ result: 'steady', recheckAfterMs: 60_000 });
  });

  it('has failed at once when it never answered', () => {
    const looks = new Looks();
    looks.look(undefined);

    expect(word(looks.look(unreachable))).toBe('failed');
  });

  it('keeps its word until it missed as many checks as failAfter says, and recovers by itself', () => {
    const looks = new Looks();
    looks.look(undefined);
    looks.look(reached);

    const words = [unreachable, unreachable, unreachable, reached].map((check) => word(looks.look(check)));

    expect(words).toEqual(['active', 'active', 'failed', 'active']);
  });

  it('tells the operations of its first answer, of the first check that it misses and of its return', () => {
    const looks = new Looks();
    looks.look(undefined);

    const news = [{ ...reached, first: true }, reached, unreachable, unreachable, reached, reached].map(
      (check) => looks.look(check).concernsOthers,
    );

    expect(news).toEqual([true, false, true, false, true, false]);
  });

  it('stalls at once on a changed host key, and says which', () => {
    const looks = new Looks();
    looks.look(undefined);
    looks.look(reached);

    const changed = looks.look({ reached: false, code: 'HOST_KEY_CHANGED', message: 'another key' });

    expect(word(changed)).toBe('failed');
    expect(condition(changed, 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'HostKeyChanged',
      message: 'another key',
    });
  });

  it('writes the same status again when nothing but time has passed', () => {
    const looks = new Looks();
    looks.look(undefined);
    const first = looks.look(reached);

    const later = looks.look({ ...reached, facts: { ...facts, uptimeSeconds: 131, hostTime: 31 } });

    expect(later.status).toEqual(first.status);
    expect(later.record).toEqual(first.record);
  });

  it('records the key of first use, and forgets it with the address', () => {
    const looks = new Looks();
    looks.look(undefined);
    looks.look({ ...reached, firstUse: true });
    const recorded = looks.record?.hostKey;

    const moved = looks.look(undefined, host({ address: '10.0.0.2' }));

    expect(recorded).toBe('ssh-ed25519 AAAA');
    expect(looks.record?.hostKey).toBeUndefined();
    expect(word(moved)).toBe('investigating');
  });

  it('drops the recorded key and all that was known when the machine was installed anew', () => {
    const looks = new Looks();
    looks.look(undefined);
    looks.look({ ...reached, firstUse: true });
    const before = looks.record!;

    looks.look(undefined, host({ reimage: 1 }));

    expect(before).toMatchObject({ hostKey: 'ssh-ed25519 AAAA', facts: { os: 'debian' } });
    expect(looks.record).toEqual({ format: 1, address: '10.0.0.1', port: 22, misses: 0, reimage: 1 });
  });

  it('does not record a key that somebody has written down, and forgets another one that it had recorded', () => {
    const looks = new Looks();
    looks.look(undefined);

    const written = looks.look(reached).record;
    const trusted = looks.look({ ...reached, firstUse: true }).record;
    const same = looks.look(reached).record;
    const renewed = looks.look({ ...reached, hostKey: 'ssh-ed25519 BBBB' }).record;

    const keys = [written, trusted, same, renewed].map((record) => (record as unknown as HostRecord).hostKey);
    expect(keys).toEqual([undefined, 'ssh-ed25519 AAAA', 'ssh-ed25519 AAAA', undefined]);
  });

  it('says when it is in maintenance, and no longer once that has run out', () => {
    const looks = new Looks();
    looks.look(undefined);
    const resting = looks.look(
      reached,
      host({ maintenance: { who: 'ops', why: 'disk', until: '2027-01-01T00:00:00Z' } }),
    );
    const over = looks.look(reached, host({ maintenance: { who: 'ops', why: 'disk', until: '2025-01-01T00:00:00Z' } }));

    expect(condition(resting, 'Suspended')).toMatchObject({ reason: 'InMaintenance' });
    expect(condition(over, 'Suspended')).toBeUndefined();
  });

  it('has not failed before every other host had its check, however few misses are enough', () => {
    const looks = new Looks();
    looks.look(undefined);
    looks.look(reached);
    const impatient = { settings: { intervalMs: 60_000, retryMs: 30_000, failAfter: 1, timeoutMs: 1000 } };

    const words = [1, 2, 3].map(() => word(looks.look(unreachable, host(), impatient)));

    expect(words).toEqual(['active', 'active', 'failed']);
  });

  it('is Unknown and never fails while most hosts are away, and after that fails for itself or is active again', () => {
    const looks = new Looks();
    looks.look(undefined);
    looks.look(reached);
    const vanish = { since: 0, hosts: ['web-1'] };

    const away = [1, 2, 3, 4, 5].map(() => looks.look(unreachable, host(), { vanish }));
    const alone = [1, 2, 3].map(() => word(looks.look(unreachable)));
    const back = looks.look(reached);

    expect(away.map(word)).toEqual(Array(5).fill('investigating'));
    expect(away[4]!.status).toEqual(away[0]!.status);
    expect(away[0]!.outcome).toEqual({ result: 'steady', recheckAfterMs: 30_000 });
    expect(condition(away[0]!, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'MostHostsUnknown' });
    expect(alone).toEqual(['investigating', 'investigating', 'failed']);
    expect(word(back)).toBe('active');
    expect(looks.record).not.toHaveProperty('vanished');
    expect(looks.record).not.toHaveProperty('missedSince');
  });

  it('stays failed while most hosts are away when it had failed before', () => {
    const looks = new Looks();
    looks.look(undefined);
    looks.look(unreachable);

    expect(word(looks.look(unreachable, host(), { vanish: { since: 0, hosts: ['web-2'] } }))).toBe('failed');
  });

  it('warns of a clock that is off, which is no trouble, and says nothing else when the number wavers', () => {
    const looks = new Looks();
    looks.look(undefined);

    const day = looks.look({ ...reached, clockSkew: 86_397 });
    const wavering = looks.look({ ...reached, clockSkew: 86_411 });
    const mended = looks.look({ ...reached, clockSkew: 1 });

    expect(day.status).toMatchObject({ status: 'active', detail: { clockSkew: 86_400 } });
    expect(condition(day, 'Drifted')).toMatchObject({
      status: 'True',
      reason: 'ClockSkew',
      message: 'its clock is about 1d ahead of ours; check its time synchronisation',
    });
    expect(wavering.status).toEqual(day.status);
    expect(condition(mended, 'Drifted')).toBeUndefined();
    expect(mended.status?.detail).not.toHaveProperty('clockSkew');
  });

  it('leaves nothing behind when it has left the repository', () => {
    const looks = new Looks();
    looks.look(undefined);

    const gone = assessHost(
      undefined,
      { ...({} as HostObserved), key: 'Host/web-1' },
      { nowMs: 0, revision: { branch: 'm', commit: 'c', sequence: 1 }, changedIn: () => undefined, holder: 't' },
    );

    expect(gone).toMatchObject({ status: undefined, record: null });
  });

  it('says that there is no room on its disk as long as there is none, and stays active', () => {
    const looks = new Looks();
    looks.look(undefined);

    const full = looks.look({ ...reached, facts: { ...facts, diskFull: true }, clockSkew: 90 });
    const well = looks.look(reached);

    expect(full.status?.status).toBe('active');
    expect(full.status?.conditions.find(({ type }) => type === 'Drifted')).toMatchObject({ reason: 'DiskFull' });
    expect(JSON.stringify(full.status?.detail)).not.toContain('diskFull');
    expect(well.status?.conditions.find(({ type }) => type === 'Drifted')).toBeUndefined();
  });

  it('keeps the words of a host that answers with other nonsense each time', () => {
    const looks = new Looks();
    const nonsense = (message: string): HostCheck => ({ reached: false, code: 'HOST_ANSWER_UNREADABLE', message });
    looks.look(undefined);

    const messages = ['one', 'two'].map((word) => {
      const { status } = looks.look(nonsense(word));
      return status?.conditions.find(({ type }) => type === 'Ready')?.message;
    });

    expect(messages).toEqual(['one', 'one']);
  });
});
