import { describe, expect, it } from 'vitest';
import {
  daemonSettings,
  fleetSettings,
  operationSettings,
  resolveConnection,
  resolveRollout,
} from '../../../schema/defaults.ts';

describe('Defaults', () => {
  it('fill a Fleet without settings', () => {
    expect(fleetSettings({})).toEqual({
      status: { branch: 'intendant/status', heartbeat: '1h', window: '2s' },
      checks: { interval: '60s', failAfter: 3, timeout: '10s' },
      retryInterval: '30s',
      pruneGuard: '10%',
      retention: { journals: '30d', output: '7d' },
    });
  });

  it('fill the variant of an Operation that it is, down to its checks', () => {
    const spec = {
      type: 'run',
      target: { cluster: 'a' },
      script: 'x',
      checks: { after: [{ command: ['y'], retries: 2 }] },
    } as const;

    const settings = operationSettings({ ...spec, checks: { after: [{ command: ['y'], retries: 2 }] } });

    expect(settings).toMatchObject({
      args: [],
      timeout: '10m',
      suspend: false,
      cancel: false,
      retry: 0,
      checks: { before: [], after: [{ command: ['y'], retries: 2, timeout: '30s', interval: '5s' }] },
    });
    expect(settings).not.toHaveProperty('rollout');
  });

  it('leave what is said as it is', () => {
    const spec = { checks: { interval: '5s' } };

    const settings = fleetSettings(spec);

    expect(settings.checks).toEqual({ interval: '5s', failAfter: 3, timeout: '10s' });
    expect(spec).toEqual({ checks: { interval: '5s' } });
  });

  it('fill the daemon configuration', () => {
    const settings = daemonSettings({
      apiVersion: 'intendant/v1',
      kind: 'Daemon',
      fleet: 'a',
      state: '/a',
      repository: { url: '/r' },
    });

    expect(settings.repository).toMatchObject({ branch: 'main', path: '', poll: '30s' });
    expect(settings.ssh).toMatchObject({ identities: {}, maxConcurrentStarts: 20, connectTimeout: '10s' });
  });
});

describe('resolveConnection', () => {
  it("takes the Host's own field, else the Cluster's, else the Fleet's, else the default", () => {
    const cluster = { connection: { user: 'cluster', port: 2 } };
    const fleet = { connection: { user: 'fleet', port: 3, identity: 'fleet' } };

    const settings = resolveConnection('h', { address: 'a', port: 1 }, cluster, fleet);

    expect(settings).toEqual({
      address: 'a',
      port: 1,
      user: 'cluster',
      identity: 'fleet',
      hostKeyPolicy: 'pinned',
      hostKeys: [],
      jumpHost: undefined,
    });
  });

  it('does not send the jump host of a cluster through itself', () => {
    const cluster = { connection: { jumpHost: 'bastion' } };

    const through = resolveConnection('web-1', { address: 'a' }, cluster, undefined);
    const itself = resolveConnection('bastion', { address: 'b' }, cluster, undefined);

    expect(through.jumpHost).toBe('bastion');
    expect(itself.jumpHost).toBeUndefined();
  });
});

describe('resolveRollout', () => {
  it("takes each field of the Operation, else the Cluster's, else the default", () => {
    const rollout = resolveRollout({ batches: [1, '25%'] }, { batches: 5, maxFailures: 2 });

    expect(rollout).toEqual({
      batches: [1, '25%'],
      maxFailures: 2,
      canary: false,
      minHealthyTime: '0s',
      overrun: 'host',
    });
  });
});
