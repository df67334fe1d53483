import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { cli } from '../support/cli.ts';
import { clusterDocument, restartDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startGitHttp } from '../support/git-http.ts';
import type { GitHttpServer } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario } from '../support/scenario.ts';

const ENDS = ['Succeeded', 'Failed'];
/** How many push beside the status writer; INTENDANT_PUSHERS asks for more than CI has time for. */
const PUSHERS = Number(process.env.INTENDANT_PUSHERS ?? 50);
/** Pushers that have their push in hand at one time: each refused push is several processes. */
const AT_ONCE = 8;

describeWith(['git', 'git-http-backend'], 'faults of the git remote', () => {
  let scenario: Scenario;
  let server: GitHttpServer;

  afterEach(async () => {
    await scenario.stop();
  });

  async function begin(): Promise<void> {
    scenario = await startScenario({
      clusters: { web: 2 },
      serve: async (bare) => {
        execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
        execFileSync('git', ['-C', bare, 'config', 'core.logAllRefUpdates', 'always']);
        server = await startGitHttp(dirname(bare));
        return { url: `${server.url}/${basename(bare)}`, options: { poll: '300ms' }, stop: () => server.close() };
      },
    });
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
  }

  /** What `intendant status` prints, once it holds these words. */
  function untilShown(pattern: RegExp): Promise<string> {
    return eventually(
      async () => {
        const { stdout, stderr } = await cli(['status', '--config', scenario.configPath]);
        const shown = stdout + stderr;
        if (!pattern.test(shown)) throw new Error(shown + scenario.daemon.log().slice(-2000));
        return shown;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
  }

  const fleetCondition = async () =>
    (await scenario.repo.status('fleets/test.yaml'))?.conditions?.find(({ type }) => type === 'Ready');

  async function restartWeb(name = 'restart-web'): Promise<string> {
    return scenario.repo.push({ [`operations/${name}.yaml`]: restartDocument(name, 'web') }, name);
  }

  it('a remote that is down is told, work in hand goes on without it, and the outcome is pushed once it is back', async () => {
    await begin();
    await scenario.fleet.control.setFaults({ rebootDelayMs: 2000 });
    await restartWeb();
    await eventually(async () => (await scenario.events('down')).length > 0, { timeoutMs: 60_000 });

    server.setFault({ kind: 'reset' }, Infinity);
    const shown = await untilShown(/SourceFailed/);
    await eventually(async () => (await scenario.events('boot')).length >= 2 + 2, { timeoutMs: 60_000 });
    server.setFault({ kind: 'none' });

    expect(shown).toContain('GitUnreachable');
    expect((await scenario.untilPhase('restart-web', ENDS, 60_000)).status).toBe('Succeeded');
    await eventually(async () => (await fleetCondition())?.status === 'True', { timeoutMs: 60_000 });
  });

  it('a remote that is slow is waited for', async () => {
    await begin();

    server.setFault({ kind: 'slow', ms: 700 }, Infinity);
    await restartWeb();

    expect((await scenario.untilPhase('restart-web', ENDS, 60_000)).status).toBe('Succeeded');
    expect(scenario.daemon.log()).not.toContain('could not be read');
  });

  it('a remote that refuses our pushes is told, the fleet is run all the same, and the status arrives later', async () => {
    await begin();
    const hook = join(scenario.repo.bare, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "the branch is locked for the night" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    // The person's push is by path and would meet the hook too.
    await scenario.repo.git('config', 'core.hooksPath', '/nonexistent');
    await restartWeb();
    await scenario.repo.git('config', '--unset', 'core.hooksPath');

    const shown = await untilShown(/StatusPushFailed/);
    await eventually(async () => (await scenario.events('down')).length === 2, { timeoutMs: 60_000 });
    rmSync(hook);

    expect(shown).toMatch(/pre-receive|locked/);
    expect((await scenario.untilPhase('restart-web', ENDS, 90_000)).status).toBe('Succeeded');
    await eventually(async () => (await fleetCondition())?.status === 'True', { timeoutMs: 60_000 });
  });

  it('a branch that is deleted is told, what was accepted stays in effect, and it is followed again once it is back', async () => {
    await begin();
    const accepted = await scenario.repo.git('rev-parse', 'main');
    await scenario.repo.git('update-ref', '-d', 'refs/heads/main');

    const shown = await untilShown(/SourceFailed/);
    const hosts = [...(await scenario.repo.hostStatuses()).keys()].sort();
    await scenario.repo.git('update-ref', 'refs/heads/main', accepted);
    await eventually(async () => (await fleetCondition())?.status === 'True', { timeoutMs: 60_000 });
    await restartWeb();

    expect(shown).toMatch(/The config branch "main" does not exist on the remote/);
    expect(hosts).toEqual(scenario.hosts('web'));
    expect((await scenario.untilPhase('restart-web', ENDS, 60_000)).status).toBe('Succeeded');
  });

  it('a forced push is refused and told, what was accepted stays in effect, and acceptRevision lets it in', async () => {
    await begin();
    const accepted = await scenario.repo.push({ 'clusters/db/cluster.yaml': clusterDocument('db') }, 'another cluster');
    await scenario.untilStatus('clusters/db/cluster.yaml', ({ status }) => status === 'ok');

    const older = await scenario.repo.git('rev-parse', `${accepted}~1`);
    await scenario.repo.git('update-ref', 'refs/heads/main', older);
    const shown = await untilShown(/RevisionRefused/);
    const { revision } = await scenario.untilStatus('fleet.yaml', (file) => file.revision?.refused !== undefined);

    expect(shown).toContain('NonFastForward');
    expect(revision).toMatchObject({ accepted, tip: older, refused: { code: 'NON_FAST_FORWARD' } });
    expect((await scenario.repo.status('clusters/db/cluster.yaml'))?.status).toBe('ok');

    await scenario.daemon.kill();
    const config = parse(readFileSync(scenario.configPath, 'utf8')) as object;
    writeFileSync(scenario.configPath, stringify({ ...config, acceptRevision: older }));
    scenario.start();
    await scenario.untilStatus('fleet.yaml', (file) => file.revision?.accepted === older, 60_000);
    await eventually(async () => !(await scenario.repo.statusPaths()).includes('clusters/db/cluster.yaml'));
    await eventually(async () => (await fleetCondition())?.status === 'True', { timeoutMs: 60_000 });
  });

  it('a pack that arrives corrupt is told, not taken up, and fetched again', async () => {
    await begin();

    server.setFault({ kind: 'flip', at: 130 }, 6);
    await restartWeb();
    await scenario.daemon.waitFor(/could not be read/);

    expect((await scenario.untilPhase('restart-web', ENDS, 90_000)).status).toBe('Succeeded');
    expect((await scenario.events('down')).length).toBe(2);
  });

  it(`${PUSHERS} pushers beside the status writer lose nobody's commit`, async () => {
    await begin();
    await restartWeb();
    const ref = `refs/heads/${scenario.repo.statusBranch}`;

    const theirs: string[] = [];
    const left = Array.from({ length: PUSHERS }, (_, index) => index);
    const pusher = async (): Promise<void> => {
      for (let index = left.pop(); index !== undefined; index = left.pop()) {
        const message = `note ${index}`;
        theirs.push(await eventually(() => pushEmpty(scenario.repo.bare, ref, message), { timeoutMs: 60_000 }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, pusher));

    expect((await scenario.untilPhase('restart-web', ENDS, 60_000)).status).toBe('Succeeded');
    expect(new Set(theirs).size).toBe(PUSHERS);
    const standing = new Set((await scenario.repo.statusCommits()).map(({ oid }) => oid));
    const everPushed = (await scenario.repo.git('reflog', 'show', '--format=%H', ref)).split('\n');
    expect(everPushed.filter((commit) => !standing.has(commit))).toEqual([]);
    expect(theirs.filter((commit) => !standing.has(commit))).toEqual([]);
  });
});

const execFileAsync = promisify(execFile);

/** Somebody's commit that changes no file; throws when the branch moved in between, as a push without force does. */
async function pushEmpty(bare: string, ref: string, message: string): Promise<string> {
  const who = { GIT_AUTHOR_NAME: 'Jo', GIT_AUTHOR_EMAIL: 'jo@example.com' };
  const env = { PATH: process.env.PATH, ...who, GIT_COMMITTER_NAME: 'Jo', GIT_COMMITTER_EMAIL: 'jo@example.com' };
  const git = async (...args: string[]): Promise<string> =>
    (await execFileAsync('git', ['-C', bare, ...args], { env })).stdout.trim();
  const parent = await git('rev-parse', ref);
  const commit = await git('commit-tree', `${parent}^{tree}`, '-p', parent, '-m', message);
  await git('update-ref', '-m', 'push', ref, commit, parent);
  return commit;
}
