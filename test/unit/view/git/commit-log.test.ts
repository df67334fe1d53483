import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, Transient } from '../../../../reconciler/model/errors.ts';
import type { CommitInfo } from '../../../../reconciler/source/source.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import type { StateStore } from '../../../../reconciler/store/state-store.ts';
import { apiV1 } from '../../../../reconciler/view/api-v1/routes.ts';
import { CommitLog } from '../../../../reconciler/view/git/commit-log.ts';
import type { ViewSource } from '../../../../reconciler/view/git/view-source.ts';
import { ask } from '../../../support/api-answers.ts';
import { revisionRecord } from '../../../support/statuses.ts';
import { ViewWorld } from '../../../support/view-world.ts';

const WHO = { name: 'Jo', email: 'jo@example.org', timestamp: 1_767_225_600 };

function oidOf(at: number): string {
  return at.toString(16).padStart(40, '0');
}

/** A clone with so many commits, one after the other, none of which changes a document. */
function cloneOf(commits: number): ViewSource {
  const source: Partial<ViewSource> = {
    tip: async () => oidOf(commits),
    commitInfo: async (commit) => {
      const at = Number.parseInt(commit, 16);
      const parents = at > 1 ? [oidOf(at - 1)] : [];
      return { commit, parents, author: WHO, committer: WHO, message: `change ${at}` };
    },
    diff: async (_from, commit) => ({ commit, changed: [], removed: [], diagnostics: [] }),
  };
  return source as ViewSource;
}

describe('the commits of a config branch', () => {
  let world: ViewWorld;
  beforeEach(async () => void (world = await ViewWorld.start()));
  afterEach(() => world.stop());

  it('are all told, page by page, where nobody says how many a page shall hold', async () => {
    const { store, stopping } = world.context;
    await world.write([[keys.revision, revisionRecord({ accepted: oidOf(150) })]]);
    world.context.revisions = new CommitLog({ source: cloneOf(150), store, stopping });
    const app = world.app({ '/api/v1': apiV1 });
    const pages: number[] = [];
    const seen: string[] = [];
    let path: string | undefined = '/api/v1/revisions';

    while (path !== undefined) {
      const { items, next } = (await (await ask(app, path)).json()) as { items: { commit: string }[]; next?: string };
      pages.push(items.length);
      seen.push(...items.map(({ commit }) => commit));
      path = next && `/api/v1/revisions?cursor=${next}`;
    }

    expect(pages).toEqual([100, 50]);
    expect(seen).toEqual(Array.from({ length: 150 }, (_, at) => oidOf(150 - at)));
  });
});

const SIGNAL = new AbortController().signal;
const FIRST = 'a'.repeat(40);
const SECOND = 'b'.repeat(40);

function commitOf(commit: string, ...parents: string[]): CommitInfo {
  const author = { name: 'jo', email: 'jo@example.org', timestamp: 0 };
  return { commit, parents, author, committer: author, message: `commit ${commit[0]}` };
}

/** A clone that has the accepted commit alone until the history behind it was fetched. */
function rig(): { log: CommitLog; asked: string[]; remote: { away: boolean } } {
  const here = new Map([[SECOND, commitOf(SECOND, FIRST)]]);
  const asked: string[] = [];
  const remote = { away: false };
  const source: Partial<ViewSource> = {
    async commitInfo(commit) {
      asked.push(commit);
      const info = here.get(commit);
      if (!info) throw new InvalidInput('not here', { code: 'COMMIT_MISSING' });
      return info;
    },
    async deepen() {
      if (remote.away) throw new Transient('The remote is away.', { code: 'GIT_UNREACHABLE' });
      here.set(FIRST, commitOf(FIRST));
    },
    diff: async (_from, commit) => ({ commit, changed: [], removed: [], diagnostics: [] }),
  };
  const record = { accepted: SECOND };
  const store: Partial<StateStore> = { get: async (key) => ({ key, value: record, revision: 1 }) };
  const stopping = new AbortController().signal;
  const log = new CommitLog({ source: source as ViewSource, store: store as StateStore, stopping });
  return { log, asked, remote };
}

describe('the log of commits of a clone that has not all of them', () => {
  it('says what a commit changed once its parent could be fetched, also where it could not be before', async () => {
    const { log, remote } = rig();
    remote.away = true;
    await expect(log.get(SECOND, SIGNAL)).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' });

    remote.away = false;
    const entry = await log.get(SECOND, SIGNAL);

    expect(entry).toMatchObject({ subject: 'commit b', changes: [] });
  });

  it('asks the clone for nothing that it has told already', async () => {
    const { log, asked } = rig();
    const before = await log.list({ limit: 10 }, SIGNAL);
    asked.length = 0;

    const again = await log.list({ limit: 10 }, SIGNAL);

    expect(again.map(({ commit }) => commit)).toEqual([SECOND, FIRST]);
    expect(again).toEqual(before);
    expect(asked).toEqual([SECOND]);
  });
});
