import { describe, expect, it } from 'vitest';
import { fleetController } from '../../../../reconciler/kinds/fleet/controller.ts';
import type { FleetObserved } from '../../../../reconciler/kinds/fleet/controller.ts';
import { noteSourceFailure, Troubles } from '../../../../reconciler/kinds/fleet/troubles.ts';
import { InvalidInput, Transient } from '../../../../reconciler/model/errors.ts';
import { EMPTY_PLAN } from '../../../../reconciler/model/plan.ts';
import type { Resource } from '../../../../reconciler/model/resource.ts';

const fleet: Resource<'Fleet'> = {
  apiVersion: 'intendant/v1',
  kind: 'Fleet',
  metadata: { name: 'prod' },
  spec: {},
  origin: { oid: 'o', file: 'f', line: 1 },
  digest: 'd1',
};
const context = {
  nowMs: 0,
  revision: { branch: 'main', commit: 'c1', sequence: 1 },
  changedIn: () => undefined,
  holder: 't',
};
const trouble = { code: 'GIT_TIMEOUT', message: 'It did not answer.' };

const ready = (observed: Partial<FleetObserved>): unknown =>
  fleetController.assess(
    fleet,
    { key: 'Fleet/prod', previous: undefined, mostHostsUnknown: false, ...observed },
    EMPTY_PLAN,
    context,
  ).status?.conditions[0];

describe('a Fleet', () => {
  it('is ready when nothing is wrong', () => {
    expect(ready({})).toMatchObject({ type: 'Ready', status: 'True' });
  });

  it.each([
    ['SourceFailed', { source: trouble }],
    ['StatusPushFailed', { push: trouble }],
    ['RevisionRefused', { refused: trouble }],
  ])('says %s with the cause', (reason, observed) => {
    expect(ready(observed)).toMatchObject({
      status: 'False',
      reason,
      message: expect.stringContaining('(GitTimeout): It did not answer.'),
    });
  });

  it('names all that is wrong at once', () => {
    const { message } = ready({ source: trouble, push: trouble, mostHostsUnknown: true }) as { message: string };

    expect(message.split('; ').length).toBeGreaterThanOrEqual(3);
    expect(message).toContain('our own network');
  });
});

describe('troubles', () => {
  it('tell of a beginning, another cause and the end, and not of the same once more', () => {
    let told = 0;
    const troubles = new Troubles(() => (told += 1));

    troubles.set('source', trouble);
    troubles.set('source', { ...trouble });
    troubles.set('source', { ...trouble, message: 'other' });
    troubles.set('source', undefined);
    troubles.set('source', undefined);

    expect(told).toBe(3);
  });

  it('are made at once of what a person must mend, and of what passes by itself only when it happens again', () => {
    const troubles = new Troubles();

    noteSourceFailure(troubles, new Transient('away', { code: 'GIT_UNREACHABLE' }), 1);
    const once = troubles.get('source');
    noteSourceFailure(troubles, new Transient('away', { code: 'GIT_UNREACHABLE' }), 2);
    const twice = troubles.get('source');
    noteSourceFailure(troubles, new InvalidInput('refused', { code: 'GIT_UNAUTHORIZED' }), 1);

    expect([once, twice?.code, troubles.get('source')?.code]).toEqual([
      undefined,
      'GIT_UNREACHABLE',
      'GIT_UNAUTHORIZED',
    ]);
  });
});
