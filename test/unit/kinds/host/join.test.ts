import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../../reconciler/kinds/host-profile/compare.ts';
import { joinHost, nextProfile, type Joining } from '../../../../reconciler/kinds/host/join.ts';
import { profileWord, type ProfileState } from '../../../../reconciler/kinds/host/profile-state.ts';
import type { ProfileChange } from '../../../../reconciler/hosts/profile/changes.ts';
import { apt } from '../../../../reconciler/hosts/families/apt.ts';

const motd: ProfileChange = { kind: 'file', name: '/etc/motd', action: 'replace', why: 'content' };
const wanted = { digest: 'w1', repositories: [], packages: [], files: [], commands: [], services: [] };

function compared(changes: readonly ProfileChange[], applied?: string, digest = 'w1'): Comparison {
  return { profile: 'p1', family: apt, wanted: { ...wanted, digest }, changes, ...(applied && { applied }) };
}

/** A host over several looks. */
function after(...looks: Comparison[]): ProfileState {
  return looks.reduce<ProfileState | undefined>((state, look) => nextProfile(look, state), undefined)!;
}

const joining: Joining = { profile: 'p1', selfHeal: false };

describe('profileWord', () => {
  it.each([
    ['never compared', undefined, 'p1', 'unknown'],
    ['without a profile', undefined, undefined, 'none'],
    ['bare', after(compared([motd])), 'p1', 'fresh'],
    ['brought to its profile', after(compared([motd]), compared([], 'w1')), 'p1', 'even'],
    ['that had all of it before anybody came', after(compared([])), 'p1', 'even'],
    ['that had all of it by itself, and has no more', after(compared([]), compared([motd])), 'p1', 'drifted'],
    ['changed by hand', after(compared([], 'w1'), compared([motd], 'w1')), 'p1', 'drifted'],
    ['whose profile wants something else', after(compared([], 'w1'), compared([motd], 'w1', 'w2')), 'p1', 'behind'],
    ['cut off in the middle of a change', after(compared([], 'w1'), compared([motd], undefined, 'w2')), 'p1', 'behind'],
    ['compared with another profile', after(compared([], 'w1')), 'p2', 'unknown'],
    [
      'whose cluster has no profile any more',
      { ...after(compared([motd], 'w1', 'none')), profile: 'none' },
      undefined,
      'behind',
    ],
    ['that was cleaned', { ...after(compared([], 'none')), profile: 'none' }, undefined, 'none'],
  ] as const)('of a host %s', (_what, state, digest, word) => {
    expect(profileWord(state, digest)).toBe(word);
  });
});

describe('joinHost', () => {
  const told = (state: ProfileState | undefined, over: Partial<Joining> = {}): string[] => {
    const { word, claims } = joinHost(state, { ...joining, ...over }, 'd1');
    return [word, ...claims.map(({ type, status, reason }) => `${type}=${status} ${reason}`)];
  };

  it('is active at once where there is nothing to join', () => {
    expect(told(undefined, { profile: undefined })).toEqual([
      'active',
      'Ready=True Reachable',
      'Healthy=True Reachable',
    ]);
  });

  it('is bootstrapping until it has all of its profile, and says what it waits for', () => {
    const { word, claims } = joinHost(after(compared([motd])), joining, 'd1');

    expect(word).toBe('bootstrapping');
    expect(claims[0]).toMatchObject({ status: 'Unknown', reason: 'Bootstrapping' });
    expect(claims[0]!.message).toBe('waits to be bootstrapped: file /etc/motd: replace (content)');
  });

  it('has failed with the step and the reason when it could not be brought to it', () => {
    const failure = { operation: 'web-bootstrap-1', reason: 'ApplyFailed', message: 'at package x, exit code 100' };

    const { word, claims } = joinHost(after(compared([motd])), { ...joining, failure }, 'd1');

    expect(word).toBe('failed');
    expect(claims[0]).toMatchObject({ reason: 'ApplyFailed', message: 'web-bootstrap-1: at package x, exit code 100' });
  });

  it('is well again as soon as it has all of it, whatever failed before', () => {
    const failure = { operation: 'web-bootstrap-1', reason: 'ApplyFailed', message: 'x' };

    expect(told(after(compared([], 'w1')), { failure })[0]).toBe('active');
  });

  it('waits for a container manager that does not have it', () => {
    const unmanaged = { reason: 'ManagerNotSupported', message: 'no' };

    expect(told(after(compared([], 'w1')), { unmanaged })).toEqual([
      'disassociated',
      'Ready=False ManagerNotSupported',
      'Healthy=False ManagerNotSupported',
    ]);
  });

  it('tells drift, and what would heal it', () => {
    const drifted = after(compared([], 'w1'), compared([motd], 'w1'));

    expect(told(drifted)).toContain('Drifted=True Drifted');
    const [, , drift] = joinHost(drifted, joining, 'd1').claims;
    expect(drift!.message).toBe(
      'file /etc/motd: replace (content); heal it with an Operation of type apply, or set selfHeal: true in its profile',
    );
    expect(joinHost(drifted, { ...joining, selfHeal: true }, 'd1').claims[2]!.message).toContain('it will be healed');
  });

  it('tells a host that no profile can be applied to, without an exception', () => {
    const impossible: Comparison = {
      profile: 'p1',
      impossible: { code: 'UNSUPPORTED_OS', message: 'plan9 is unknown' },
    };

    expect(told(after(impossible))).toEqual([
      'failed',
      'Ready=False UnsupportedOs',
      'Healthy=False UnsupportedOs',
      'Stalled=True UnsupportedOs',
    ]);
  });
});
