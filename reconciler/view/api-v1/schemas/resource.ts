import type { KindDefinition } from '../../../../schema/registry.ts';
import type { SchemaNode } from '../../../../schema/schema-node.ts';
import { DIFF_STATES } from '../resource-view.ts';
import { flag, listOf, map, NAMES, object, orNull, ref, text, time, whole, word, type Components } from './parts.ts';

const NUMBER: SchemaNode = { type: 'number' };
const ANYTHING: SchemaNode = { type: 'object', additionalProperties: true, description: 'What the kind adds.' };

/** What each kind adds to the status; other kinds may add anything. */
export const DETAILS: Components = {
  HostDetail: object(
    'What is known of a host.',
    {},
    {
      address: text('Where it was reached.'),
      facts: object(
        'What it says it is.',
        {
          os: text('`ID` of os-release.'),
          osVersion: text('`VERSION_ID` of os-release.'),
          architecture: text('Its processor.'),
          kernel: text('Its kernel.'),
          cpus: whole('How many.'),
          memoryKb: whole('kB.'),
          diskBytes: whole('Sum over local file systems.'),
          bootId: text('Changes with every boot.'),
          rebootRequired: flag('It asks for a reboot.'),
        },
        { family: text('The family of its commands.'), bootedAt: time('When it booted.') },
      ),
      hostKey: text('Its key, where that was trusted on first use.'),
      clockSkew: { ...NUMBER, description: 'Seconds that its clock is ahead.' },
      maintenance: flag('It is in maintenance.'),
      profile: object(
        'How it compares with its profile.',
        {
          digest: text('Of the profile.'),
          wanted: text('Digest of what the profile wants of it.'),
          total: whole('How much differs.'),
          removals: whole('How much of that takes something away.'),
        },
        {
          applied: text('Digest of what was brought about last.'),
          settled: text('Digest of what it was last seen to have all of.'),
          changes: listOf('What differs, a line each; not all of many.', { type: 'string' }),
        },
      ),
    },
  ),
  ClusterDetail: object(
    'What is known of a cluster.',
    {},
    {
      hosts: object('Its hosts.', {
        total: whole('All.'),
        available: whole('Active.'),
        unavailable: whole('Others, without those in maintenance.'),
        maintenance: whole('In maintenance.'),
      }),
    },
  ),
  OperationDetail: object(
    'What is known of an operation.',
    {},
    {
      type: text('What it does.'),
      clusters: NAMES,
      hosts: object('Its hosts, each in one place.', {
        total: whole('All.'),
        succeeded: whole('Done.'),
        failed: whole('Failed.'),
        skipped: whole('Left out.'),
        running: whole('In hand.'),
        pending: whole('Not begun.'),
      }),
      batches: object('Batches of the round in hand.', { total: whole('All.'), current: whole('From 1.') }),
      running: NAMES,
      round: whole('0, or the retry that was taken up last.'),
      approval: object(
        'The approval that it needs, or has.',
        {},
        {
          digest: text('What is to be approved.'),
          commit: text('The commit that approved it.'),
          who: text('Who approved it.'),
          change: { type: 'object', additionalProperties: true, description: 'The commit that made what is approved.' },
        },
      ),
      commit: text('The commit in effect when it began.'),
      beganAt: time('When it began.'),
      finishedAt: time('When it ended.'),
      removed: flag('Its document has left the repository.'),
      outcomes: map(
        'What came of hosts; while it runs, of those that did not succeed.',
        object(
          'What came of one host.',
          { result: word('How it ended.', ['succeeded', 'failed', 'skipped', 'unknown']) },
          {
            reason: text('CamelCase word for programs.'),
            message: text('A sentence for people.'),
            exitCode: whole('Of its script.'),
            out: { type: 'object', additionalProperties: true, description: 'Where it is left out of service.' },
            acted: flag('It was acted on while it was out.'),
          },
        ),
      ),
    },
  ),
  OperationScheduleDetail: object(
    'What is known of a schedule.',
    {},
    {
      next: time('When it starts an operation next.'),
      last: text('The operation that it started last.'),
      skipped: { type: 'object', additionalProperties: true, description: 'The start that it left out last, and why.' },
    },
  ),
};

/** What all kinds have in common. */
export const RESOURCE_PARTS: Components = {
  Origin: object('Where a document stands.', { file: text('Path in the repository.'), line: whole('From 1.') }),
  Drift: object('What differs in the world from what was brought about.', {
    message: text('A sentence for people.'),
    changes: listOf('What differs, a line each; not all of many.', { type: 'string' }),
    total: whole('How much differs.'),
  }),
  Diff: object('How desired and live compare.', {
    state: word('In one word.', DIFF_STATES),
    desiredGeneration: { type: ['string', 'null'], description: 'Digest of the document that is desired.' },
    observedGeneration: { type: ['string', 'null'], description: 'Digest of the document that was looked at last.' },
    drift: orNull('Drift', 'Null: nothing that is known.'),
  }),
  AppliedRevision: object(
    'Commits, as `main@sha1:…`.',
    {},
    { applied: text('In effect for this object.'), attempted: text('Tried last.') },
  ),
};

/** Schemas of the answers on the objects of one kind. `document`: schema of its documents, with references rewritten. */
export function resourceSchemas({ kind }: KindDefinition, document: SchemaNode): Components {
  const { apiVersion = {}, metadata = {}, spec = {} } = document.properties ?? {};
  return {
    [`${kind}Desired`]: object(`What the repository says of a ${kind}.`, {
      apiVersion,
      kind: { type: 'string', const: kind },
      metadata,
      spec,
      origin: orNull('Origin', 'Null: no document holds it, something else wants it.'),
      digest: text('Changes with kind, metadata and spec.'),
    }),
    [`${kind}Live`]: object(
      `What is known of a ${kind}.`,
      { status: text('In one word.'), detail: `${kind}Detail` in DETAILS ? ref(`${kind}Detail`) : ANYTHING },
      { cluster: text('The cluster that it belongs to.') },
    ),
    [`${kind}Resource`]: object(`A ${kind}, from every side.`, {
      key: text('Kind and name.', { examples: [`${kind}/web-1`] }),
      kind: { type: 'string', const: kind },
      name: text('Its name.'),
      desired: orNull(`${kind}Desired`, 'Null: not in the repository.'),
      status: orNull(`${kind}Live`, 'Null: nothing is known of it yet.'),
      conditions: listOf('In the order of their types.', ref('Condition')),
      revision: ref('AppliedRevision'),
      diff: ref('Diff'),
    }),
    [`${kind}List`]: listSchema(ref(`${kind}Resource`)),
  };
}

/** One page of objects. */
export function listSchema(items: SchemaNode): SchemaNode {
  return object(
    'One page, sorted by key.',
    { items: listOf('The objects.', items), total: whole('How many are meant, on all pages.') },
    { next: text('Cursor of the next page; absent: this is the last.') },
  );
}
