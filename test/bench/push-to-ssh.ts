import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { socketPath } from '../../reconciler/view/socket-path.ts';
import { SocketView } from '../../reconciler/view/socket-view.ts';
import { document } from '../support/documents.ts';
import { startGitHttp } from '../support/git-http.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario, ServedRepository } from '../support/scenario.ts';
import { figure, median, type BenchPart, type Figure } from './figure.ts';

const ROUNDS = 7;
const never = new AbortController().signal;
/** So long that no poll helps. */
const poll = '10m';

/**
 * From the moment in which a push has moved the branch to the first SSH command of the operation that it brings, by the
 * host's own record; the built daemon, polling every ten minutes. `local`: it watches the repository. `http`: it is told to look
 * now on its socket, as a hook of the forge would.
 */
export const pushToSsh: BenchPart = {
  names: ['push-to-ssh-local', 'push-to-ssh-http'],

  async run(): Promise<Figure[]> {
    const local = await measure(async (bare) => ({ url: bare, options: { poll }, stop: async () => undefined }), false);
    const http = await measure(overHttp, true);
    return [figure('push-to-ssh-local', local, 'ms'), figure('push-to-ssh-http', http, 'ms')];
  },
};

async function overHttp(bare: string): Promise<ServedRepository> {
  const server = await startGitHttp(dirname(bare));
  return { url: `${server.url}/${basename(bare)}`, options: { poll }, stop: () => server.close() };
}

async function measure(serve: (bare: string) => Promise<ServedRepository>, hinted: boolean): Promise<number> {
  const scenario = await startScenario({
    clusters: { web: 3 },
    // Checks in the background would be taken for the operation's first command.
    fleetSpec: { checks: { interval: '30m' } },
    serve,
  });
  try {
    scenario.start();
    await scenario.untilHosts(scenario.hosts('web'), 'active', 60_000);
    const view = new SocketView(socketPath(join(scenario.folder, 'daemon', 'state')));
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      times.push(await once(scenario, `round-${round}`, hinted ? view : undefined));
    }
    return median(times);
  } finally {
    await scenario.stop();
  }
}

async function once(scenario: Scenario, name: string, hinted: SocketView | undefined): Promise<number> {
  const before = (await scenario.events('command')).length;
  const spec = { type: 'run', target: { cluster: 'web' }, script: 'true' };
  await scenario.repo.push({ [`operations/${name}.yaml`]: document('Operation', name, spec) }, name);
  await hinted?.hint(never);
  const pushedAt = statSync(join(scenario.repo.bare, 'refs/heads/main')).mtimeMs;
  await scenario.untilPhase(name, ['Succeeded'], 60_000);
  const first = (await scenario.events('command'))[before]!;
  return first.at - pushedAt;
}
