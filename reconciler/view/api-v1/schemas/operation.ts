import { flag, listOf, NAMES, object, ref, text, time, whole, word, type Components } from './parts.ts';

const RESULTS = ['succeeded', 'failed', 'skipped', 'unknown'];

/** Schemas of journals, plans and the history. */
export const WORK: Components = {
  Step: object(
    'One step on one host.',
    {
      step: text('Sorts in order of round and step; names its output.'),
      round: whole('Of the operation.'),
      action: text('The verb.'),
      summary: text('One line for people.'),
      disruptive: flag('The host is not available while it runs.'),
      startedAt: time('When its intent was written down.'),
    },
    {
      outcome: object(
        'How it ended; absent: it is in hand.',
        {
          result: word('In one word.', RESULTS),
          reason: text('CamelCase word for programs.'),
          message: text('A sentence for people.'),
          at: time('When.'),
        },
        { exitCode: whole('Of what was run.') },
      ),
    },
  ),
  HostJournal: object(
    'What was done on one host.',
    { host: text('The host.'), steps: listOf('In order.', ref('Step')) },
    { batch: whole('From 1, in the round in hand.') },
  ),
  Journal: object(
    'What an operation did, by host.',
    {
      operation: text('Its name.'),
      round: whole('The round in hand.'),
      batches: listOf('Hosts in the order in which they are begun.', NAMES),
      items: listOf('Hosts that were begun.', ref('HostJournal')),
    },
    { phase: text('Of the operation.'), next: text('Cursor of the next page.') },
  ),
  Output: object('What the steps of an operation printed on a host.', {
    operation: text('Its name.'),
    host: text('The host.'),
    items: listOf(
      'By step, capped.',
      object('Of one step.', { step: text('As in the journal.'), output: text('The text.') }),
    ),
  }),
  PlannedOperation: object(
    'What an operation would do.',
    {
      name: text('Its name.'),
      type: text('What it does.'),
      hosts: NAMES,
      batches: listOf('Hosts in the order in which they are begun.', NAMES),
      rollout: object(
        'How it rolls over them.',
        {
          maxUnavailable: whole('Hosts down at once.'),
          maxFailures: whole('More end it.'),
          minHealthyMs: whole('Between batches, in milliseconds.'),
        },
        { canary: flag('The first batch must succeed whole.'), overrun: text('What happens when its window closes.') },
      ),
      actions: listOf('On each host, in order.', { type: 'string' }),
      warnings: listOf('For the reviewer.', { type: 'string' }),
    },
    {
      pauseAfter: whole('Batches after which it stops for a person to look.'),
      approval: object(
        'It needs an approval.',
        { digest: text('What is to be approved.') },
        { given: text('What the document approves.') },
      ),
    },
  ),
  PlannedProfile: object('What the profile of a cluster would do to its hosts.', {
    cluster: text('Its name.'),
    operations: listOf('What would be started.', ref('PlannedOperation')),
    differences: listOf(
      'By the hosts on which they are the same.',
      object('On some hosts.', { hosts: NAMES, changes: listOf('A line each.', { type: 'string' }) }),
    ),
    even: whole('Hosts that have all of it.'),
    warnings: listOf('For the reviewer.', { type: 'string' }),
  }),
  Plan: object('What merging a branch would do.', {
    branch: text('Its name.'),
    head: text('Its tip.'),
    base: text('The accepted revision, which it is compared with.'),
    changes: listOf('By key.', ref('Change')),
    operations: listOf('That would begin or go on.', ref('PlannedOperation')),
    profiles: listOf('Of clusters.', ref('PlannedProfile')),
    diagnostics: listOf('What is wrong in the branch.', ref('Diagnostic')),
  }),
  Revision: object(
    'One commit of the config branch.',
    {
      commit: text('Hex.'),
      author: text('Who wrote it.'),
      at: time('When.'),
      subject: text('First line of its message.'),
    },
    { changes: listOf('What it changed; absent: not known.', ref('Change')) },
  ),
  RevisionList: object(
    'Newest first.',
    { items: listOf('Commits.', ref('Revision')) },
    { next: text('Cursor of the next page.') },
  ),
  History: object(
    'Commits that changed one object, newest first. A page may hold fewer than there are: `next` says whether to go on.',
    {
      key: text('The object.'),
      items: listOf(
        'Commits.',
        object('One commit.', {
          commit: text('Hex.'),
          author: text('Who wrote it.'),
          at: time('When.'),
          subject: text('First line of its message.'),
          change: ref('Change'),
        }),
      ),
    },
    { next: text('Cursor of the next page.') },
  ),
  FleetOverview: object(
    'The fleet as a whole.',
    {
      info: ref('FleetInfo'),
      health: object('Whether all is well.', {
        healthy: flag('It is.'),
        reasons: listOf('Why not, a sentence each.', { type: 'string' }),
      }),
      objects: { type: 'object', description: 'By kind.', additionalProperties: ref('Counts') },
    },
    { behind: text('Why the desired side is older than the accepted revision.') },
  ),
  FleetInfo: object(
    'What is known of it.',
    {
      from: word('Who answers.', ['socket', 'store', 'status']),
      asOf: time('At least as new as this.'),
      fleet: text('Its name.'),
      version: text('Of the program that wrote this.'),
      held: { type: 'object', description: 'Commits at which clusters are held.', additionalProperties: text('Hex.') },
    },
    {
      revision: object(
        'Of the config branch.',
        { branch: text('Its name.'), accepted: text('In effect.'), tip: text('Seen last.') },
        { refused: object('Why the tip is refused.', { code: text('For programs.'), message: text('For people.') }) },
      ),
      heartbeat: time('When the daemon last showed that it lives.'),
      heartbeatMs: whole('Between heartbeats.'),
      holder: { type: ['string', 'null'], description: 'The daemon that holds the fleet.' },
      store: object('Which store.', { id: text('Its id.'), epoch: whole('Raised when it is rebuilt.') }),
      waiting: object('Why the daemon does not act.', { since: time('Since when.'), why: text('A sentence.') }),
      halts: listOf(
        'Brakes that are pulled.',
        object('One of them.', {
          by: word('How.', ['command', 'file']),
          who: text('By whom.'),
          why: text('The reason.'),
          since: time('Since when.'),
        }),
      ),
    },
  ),
};
