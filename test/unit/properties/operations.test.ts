import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationSpec } from '../../../schema/generated/types.ts';
import { playStory, storyOf, type Story } from '../../support/world/story.ts';

/**
 * Random fleets, settings, failures, crashes and orders of events, played with the engine itself. Quick by default; for a
 * long run: INTENDANT_PROPERTY_RUNS=20000 npx vitest run --project unit test/unit/properties
 */
const RUNS = Number(process.env.INTENDANT_PROPERTY_RUNS ?? 25);

const plain = { exitCode: 0, checkBefore: 0, checkAfter: 0, returns: true };
const web = { cluster: 'web', traits: plain };
const restart = (spec: object): OperationSpec => ({ type: 'restart', ...spec }) as OperationSpec;

describe('operations', () => {
  it(
    'keep every bound in any fleet, whatever fails and in whatever order things happen',
    async () => {
      await fc.assert(
        fc.asyncProperty(storyOf(), async (story) => {
          expect(await playStory(story)).toEqual([]);
        }),
        { numRuns: RUNS, endOnFailure: RUNS > 1000 },
      );
    },
    RUNS * 2000 + 30_000,
  );

  it.each<[string, Story]>([
    [
      'the quiet story of one restart',
      { hosts: [web, web], operations: [restart({ target: { cluster: 'web' } })], moves: [] },
    ],
    [
      'a host that is begun in the moment in which another is seen to have failed',
      {
        hosts: [web, { cluster: 'web', traits: { ...plain, checkAfter: 1 } }, web, web],
        operations: [
          restart({
            target: { cluster: 'web' },
            rollout: { batches: 3, maxUnavailable: 2 },
            checks: { before: [{ command: ['before'] }], after: [{ command: ['after'], retries: 1, interval: '1s' }] },
          }),
        ],
        moves: [],
      },
    ],
    [
      'a retry that is asked for before the only host has succeeded',
      {
        hosts: [web],
        operations: [restart({ target: { cluster: 'web' } })],
        moves: [
          ['look', 1],
          ['retry', 0],
        ],
      },
    ],
    [
      'two operations that share only a host without a cluster',
      {
        hosts: [{ traits: plain }, web, { traits: plain }],
        operations: [
          restart({ target: { hosts: ['h1', 'h2'] }, rollout: { maxUnavailable: 1 } }),
          restart({ target: { hosts: ['h0', 'h2'] }, rollout: { maxUnavailable: 1 } }),
        ],
        moves: [],
      },
    ],
  ])('keep every bound in %s', async (_what, story) => {
    expect(await playStory(story)).toEqual([]);
  });
});
