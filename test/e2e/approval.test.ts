import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { clusterDocument, document } from '../support/documents.ts';
import { startGitHttp } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';
import type { StatusFile } from '../support/repo.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const FILE = 'ops/go.yaml';

function operation(script: string, digest?: string): Record<string, string> {
  const approval = digest === undefined ? {} : { approval: { digest } };
  return { [FILE]: document('Operation', 'go', { type: 'run', target: { cluster: 'web' }, script, ...approval }) };
}

describeWith(['git', 'git-http-backend'], 'an operation on a cluster that wants an approval', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await startScenario({
      clusters: { web: 2 },
      serve: async (bare) => {
        execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
        const server = await startGitHttp(dirname(bare));
        return { url: `${server.url}/${basename(bare)}`, options: { poll: '300ms' }, stop: () => server.close() };
      },
    });
    const cluster = clusterDocument('web', { approval: { required: true } });
    await scenario.repo.push({ 'clusters/web/cluster.yaml': cluster }, 'approvals');
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  });
  afterEach(() => scenario.stop());

  /** Waits until the operation says why it does not begin. */
  async function untilHeld(pattern: RegExp): Promise<StatusFile> {
    return scenario.untilStatus('operations/go.yaml', ({ conditions }) => {
      const ready = conditions?.find(({ type }) => type === 'Ready');
      return ready?.reason === 'ApprovalRequired' && pattern.test(ready.message);
    });
  }

  it('waits until somebody else than its author approves what would be done, over a restart and a lost clone', async () => {
    const { repo } = scenario;
    await repo.push(operation('true'), 'go', { who: 'Alice' });

    const waits = await untilHeld(/waits for an approval: set spec\.approval\.digest to [0-9a-f]{64} /);
    const before = waits.detail.approval.digest as string;
    await repo.commit(operation('echo changed'), 'another script', { who: 'Alice' });
    await repo.push(operation('echo changed', before), 'approved', { who: 'Kim' });
    const changed = await untilHeld(/the approval of [0-9a-f]{12} is void, the document was changed/);
    const digest = changed.detail.approval.digest as string;
    await repo.push(operation('echo changed', digest), 'approved by myself', { who: 'Alice' });
    await untilHeld(/the approval by Alice <alice@example\.com> in [0-9a-f]{12} does not count/);
    expect(await scenario.events('started')).toEqual([]);

    const checkout = join(scenario.folder, 'review');
    execFileSync('git', ['clone', '-q', repo.bare, checkout]);
    const plan = await cli(['plan', checkout, '--config', scenario.configPath]);
    expect(plan.stdout).toContain(`approval: ${digest}`);

    await scenario.daemon.kill('SIGKILL');
    rmSync(join(scenario.folder, 'daemon/state/repository'), { recursive: true });
    await repo.commit(operation('echo changed'), 'not like this', { who: 'Kim' });
    const approval = await repo.commit(operation('echo changed', digest), 'approved', { who: 'Kim' });
    await repo.push({ 'README.md': 'x' }, 'something else', { who: 'Alice' });
    scenario.start();

    const done = await scenario.untilPhase('go', ['Succeeded']);
    expect(done.detail.approval).toMatchObject({
      digest,
      commit: approval,
      who: 'Kim <kim@example.com>',
      change: { who: 'Alice <alice@example.com>' },
    });
  });

  it('stays approved when the store was lost before it began', async () => {
    const { repo, configPath } = scenario;
    const spec = { type: 'run', target: { cluster: 'web' }, script: 'true', suspend: true };
    const push = (more: object, who: string): Promise<string> =>
      repo.push({ [FILE]: document('Operation', 'go', { ...spec, ...more }) }, 'go', { who });
    await push({}, 'Alice');
    const held = await scenario.untilStatus('operations/go.yaml', ({ detail }) => detail?.approval?.digest);
    const approval = { digest: held.detail.approval.digest as string };
    await push({ approval }, 'Kim');
    await scenario.untilStatus('operations/go.yaml', ({ detail }) => detail?.approval?.who);

    await scenario.daemon.kill();
    rmSync(join(scenario.folder, 'daemon/state/store'), { recursive: true });
    rmSync(join(scenario.folder, 'daemon/state/repository'), { recursive: true });
    const adopted = await cli(['store', 'adopt', '--config', configPath]);
    scenario.start();
    await push({ approval, suspend: false }, 'Alice');

    const done = await scenario.untilPhase('go', ['Succeeded']);
    expect(adopted.code).toBe(0);
    expect(done.detail.approval.who).toBe('Kim <kim@example.com>');
  });
});
