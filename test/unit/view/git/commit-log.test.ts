import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../../../reconciler/store/keys.ts';
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
