import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../reconciler/model/clock.ts';
import type { Json } from '../../reconciler/model/json.ts';
import type { Meter } from '../../reconciler/model/meter.ts';
import type { GitConfigSource } from '../../reconciler/source/git/config-source.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { RevisionRecord } from '../../reconciler/store/records.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import { FleetCache } from '../../reconciler/view/fleet-cache.ts';
import { BranchPlans } from '../../reconciler/view/git/branch-plans.ts';
import { CommitLog } from '../../reconciler/view/git/commit-log.ts';
import { FollowedDesired } from '../../reconciler/view/git/followed-desired.ts';
import { CountingMeter } from '../support/counting-meter.ts';
import { clusterDocument, fleetDocument, hostDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { GitSources } from '../support/git-sources.ts';
import { startGitHttp, type GitHttpServer } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';
import { silentLog } from '../support/silent-log.ts';
import { temporaryStore } from '../support/temporary-store.ts';

const SIGNAL = new AbortController().signal;

describeWith(['git', 'git-http-backend'], 'the config repository as the view reads it, over HTTP', () => {
  let folder: string;
  let repo: TestRepo;
  let server: GitHttpServer;
  let store: StateStore;
  let removeStore: () => Promise<void>;
  let stop: AbortController;
  let sources: GitSources;
  const commits: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-view-git-'));
    sources = new GitSources(folder);
    repo = await TestRepo.create(join(folder, 'git'));
    server = await startGitHttp(dirname(repo.bare));
    ({ store, remove: removeStore } = await temporaryStore());
    stop = new AbortController();
    const files = {
      'fleet.yaml': fleetDocument('prod'),
      'web.yaml': clusterDocument('web'),
      'web-1.yaml': hostDocument('web-1', '10.0.0.1', 'web'),
    };
    commits.push(await repo.push(files, 'the fleet'));
    commits.push(await repo.push({ 'web-2.yaml': hostDocument('web-2', '10.0.0.2', 'web') }, 'a host \u001b[31mmore'));
    commits.push(
      await repo.push({ 'web-1.yaml': hostDocument('web-1', '10.0.0.9', 'web') }, 'web-1 moves\n\nfar away'),
    );
    await accept(commits[2]!);
  });
  afterAll(async () => {
    stop.abort(new Error('over'));
    await sources.close();
    await removeStore();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function accept(accepted: string, held: Record<string, string> = {}): Promise<void> {
    const record: Partial<RevisionRecord> = { format: 1, branch: 'main', accepted, tip: accepted, held };
    await store.commit([{ put: keys.revision, value: record as unknown as Json }]);
  }

  /** A source with a clone of its own, as each copy of the view has one. */
  function openSource(name: string, meter?: Meter): GitConfigSource {
    return sources.open(name, `${server.url}/${basename(repo.bare)}`, meter);
  }

  function openPlans(name: string, meter?: Meter): BranchPlans {
    const cache = new FleetCache({ store, clock: systemClock });
    return new BranchPlans({
      source: openSource(name, meter),
      store,
      cache,
      clock: systemClock,
      stopping: stop.signal,
    });
  }

  describe('the revision log', () => {
    it('tells what each commit changed, newest first, with texts that fool no terminal', async () => {
      const log = new CommitLog({ source: openSource('log'), store, stopping: stop.signal });

      const entries = await log.list({ limit: 10 }, SIGNAL);

      expect(entries.map(({ commit }) => commit)).toEqual([...commits].reverse());
      expect(entries.map(({ subject }) => subject)).toEqual(['web-1 moves', 'a host more', 'the fleet']);
      expect(entries[0]).toMatchObject({
        author: 'Jo Operator',
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        changes: [{ symbol: '-/+', key: 'Host/web-1', lines: ['spec.address: 10.0.0.1 → 10.0.0.9'] }],
      });
      expect(entries[1]!.changes!.map(({ symbol, key }) => [symbol, key])).toEqual([['+', 'Host/web-2']]);
      expect(entries[2]!.changes!.map(({ key }) => key)).toEqual(['Cluster/web', 'Fleet/prod', 'Host/web-1']);
    });

    it('goes on after a commit, and finds single ones, also in a clone that was just begun', async () => {
      const log = new CommitLog({ source: openSource('log-pages'), store, stopping: stop.signal });

      const single = await log.get(commits[0]!, SIGNAL);
      const page = await log.list({ limit: 1, before: commits[2]! }, SIGNAL);

      expect(single?.subject).toBe('the fleet');
      expect(page.map(({ commit }) => commit)).toEqual([commits[1]]);
      expect(await log.list({ limit: 5, before: commits[0]! }, SIGNAL)).toEqual([]);
    });

    it('knows no commit by a name that is none', async () => {
      const log = new CommitLog({ source: openSource('log-names'), store, stopping: stop.signal });

      expect(await log.get('f'.repeat(40), SIGNAL)).toBeUndefined();
      expect(await log.get('HEAD', SIGNAL)).toBeUndefined();
      expect(await log.get('--upload-pack=x', SIGNAL)).toBeUndefined();
      expect(await log.list({ limit: 5, before: '../../x' }, SIGNAL)).toEqual([]);
    });
  });

  describe('the plan of a branch', () => {
    it('shows what a merge would do, and changes nothing', async () => {
      const files = {
        'web-2.yaml': null,
        'web-3.yaml': hostDocument('web-3', '10.0.0.3', 'web'),
        'restart.yaml': restartDocument('restart-web', 'web', { rollout: { batches: 1 } }),
      };
      const head = await repo.pushBranch('proposal/one', files, 'a proposal');
      const plans = openPlans('plan');

      const [plan, again] = await Promise.all([plans.plan('proposal/one', SIGNAL), plans.plan('proposal/one', SIGNAL)]);

      expect(plan).toMatchObject({ branch: 'proposal/one', head, base: commits[2], diagnostics: [] });
      expect(plan!.operations.map(({ name, batches }) => [name, batches])).toEqual([
        ['restart-web', [['web-1'], ['web-3']]],
      ]);
      expect(plan!.changes.map(({ symbol, key }) => [symbol, key])).toEqual(
        expect.arrayContaining([
          ['+', 'Host/web-3'],
          ['+', 'Operation/restart-web'],
        ]),
      );
      expect(again!.changes).toEqual(plan!.changes);
      expect((await store.get(keys.revision, SIGNAL))?.value).toMatchObject({ accepted: commits[2] });
    });

    it('tells what is wrong in the branch, and does not take a cluster that is held for one that goes', async () => {
      const broken = hostDocument('web-1', '10.0.0.9', 'web').replace('address:', 'adress:');
      await repo.pushBranch('proposal/broken', { 'web-1.yaml': broken }, 'a mistake');

      const plan = await openPlans('plan-broken').plan('proposal/broken', SIGNAL);

      expect(plan!.diagnostics[0]).toMatchObject({ severity: 'error', file: 'web-1.yaml' });
      expect(plan!.changes.filter(({ symbol }) => symbol === '-')).toEqual([]);
    });

    it('knows no branch that is not there, and refuses names that are none', async () => {
      const meter = new CountingMeter();
      const plans = openPlans('plan-names', meter);

      expect(await plans.plan('nowhere', SIGNAL)).toBeUndefined();
      for (const name of ['--upload-pack=touch', '../main', 'a b', 'main~1', '', 'x.lock', 'a\u0000b']) {
        await expect(plans.plan(name, SIGNAL)).rejects.toMatchObject({ code: 'BRANCH_NAME' });
      }
      // No server was asked for them: else whoever types one would raise the alarm of failing requests.
      expect(Object.fromEntries(meter.counts)).toEqual({ 'gitRequests type=branch-tip result=ok': 1 });
    });
  });

  it('follows what the daemon accepts, and not what was pushed', async () => {
    const source = openSource('followed');
    const options = {
      store,
      source,
      isFinished: () => false,
      isWanted: () => true,
      clock: systemClock,
      log: silentLog,
    };
    const desired = new FollowedDesired(options);
    const over = new AbortController();
    const running = desired.run(over.signal);
    await eventually(() => desired.inventory.commit === commits[2]);
    const before = desired.inventory.keys('Host');

    const pushed = await repo.push({ 'web-4.yaml': hostDocument('web-4', '10.0.0.4', 'web') }, 'a fourth');
    await repo.push({ 'web-5.yaml': hostDocument('web-5', '10.0.0.5', 'web') }, 'a fifth, on top');
    await accept(pushed);
    await eventually(() => desired.inventory.commit !== commits[2]);

    expect(before).toEqual(['Host/web-1', 'Host/web-2']);
    expect(desired.inventory.commit).toBe(pushed);
    expect(desired.inventory.keys('Host')).toEqual([...before, 'Host/web-4']);
    expect(desired.behind).toBeUndefined();
    await accept('f'.repeat(40));
    await eventually(() => desired.behind !== undefined);
    expect(desired.inventory.commit).toBe(pushed);
    over.abort(new Error('over'));
    await running;
  });

  it('plans a branch that was left behind as what a merge would make of it', async () => {
    const proposal = {
      'web-5.yaml': hostDocument('web-5', '10.0.0.5', 'web'),
      'web-1.yaml': hostDocument('web-1', '10.0.0.51', 'web'),
      'restart.yaml': restartDocument('restart-web', 'web', { rollout: { batches: '100%' } }),
    };
    await repo.pushBranch('proposal/behind', proposal, 'behind soon');
    const since = {
      'web-2.yaml': null,
      'web-6.yaml': hostDocument('web-6', '10.0.0.6', 'web'),
      'web-1.yaml': hostDocument('web-1', '10.0.0.61', 'web'),
    };
    await accept(await repo.push(since, 'meanwhile'));

    const plan = await openPlans('plan-behind').plan('proposal/behind', SIGNAL);

    expect(plan!.operations[0]!.hosts).toEqual(['web-1', 'web-4', 'web-5', 'web-6']);
    const lines = plan!.changes.find(({ key }) => key === 'Host/web-1')!.lines;
    expect(lines.join()).toContain('10.0.0.51');
    expect(plan!.diagnostics.map(({ code, severity, file }) => [code, severity, file])).toEqual([
      ['changed-on-both-sides', 'warning', 'web-1.yaml'],
    ]);
  });
});
