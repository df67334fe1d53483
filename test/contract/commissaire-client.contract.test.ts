import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiV0 } from '../../reconciler/view/api-v0/routes.ts';
import { Commctl } from '../support/commctl.ts';
import { startGoldenFleet } from '../support/golden-fleet.ts';
import type { ViewWorld } from '../support/view-world.ts';

let world: ViewWorld;
let server: ReturnType<typeof serve>;
let commctl: Commctl;
const seen: { path: string; authorization: string | undefined }[] = [];

beforeAll(async () => {
  world = await startGoldenFleet();
  const app = world.app({ '/api/v0': apiV0 });
  const port = await new Promise<number>((resolve) => {
    server = serve(
      {
        fetch: (request) => {
          const { pathname } = new URL(request.url);
          seen.push({ path: pathname, authorization: request.headers.get('authorization') ?? undefined });
          return app.fetch(request);
        },
        hostname: '127.0.0.1',
        port: 0,
      },
      (address: AddressInfo) => resolve(address.port),
    );
  });
  commctl = new Commctl(`http://127.0.0.1:${port}`, 'jo', 'secret');
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await world.stop();
});

async function said(line: string): Promise<string[]> {
  const { out, exit } = await commctl.run(line);
  expect(exit).toBe(0);
  return out.split('\n');
}

describe("Commissaire's command line", () => {
  it('reads the fleet', async () => {
    expect(await said('cluster list')).toEqual(['- db', '- empty', '- web']);
    expect(await said('cluster get web')).toEqual([
      'container_manager: kube',
      'hosts:',
      '  available: 2',
      '  total: 3',
      '  unavailable: 1',
      'hostset:',
      '  - 10.0.0.11',
      '  - 10.0.0.12',
      '  - 10.0.0.9',
      'name: web',
      'network: overlay',
      'status: degraded',
    ]);
    expect(await said('host list web')).toEqual(['- 10.0.0.11', '- 10.0.0.12', '- 10.0.0.9']);
    expect(await said('host get 10.0.0.11')).toEqual([
      'address: 10.0.0.11',
      'cpus: 4',
      'last_check: 2026-01-02T03:02:00.250000',
      'memory: 7933',
      'os: fedora',
      'source: ""',
      'space: 52345678901',
      'status: active',
    ]);
    expect(await said('host status 10.0.0.11')).toContain('type: host_only');
    expect((await said('host list')).filter((line) => line.startsWith('- '))).toHaveLength(8);
    expect(await said('network list')).toEqual(['- overlay', '- plain']);
    expect(await said('network get overlay')).toContain('type: flannel_etcd');
    expect(await said('container_manager list')).toEqual(['- kube', '- simple']);
    expect(await said('container_manager get kube')).toContain('  server_url: https://kube.example.org:6443');
  });

  it('follows a restart, and reads what became of others', async () => {
    expect(await said('cluster restart status web')).toEqual([
      'finished_at: ""',
      'in_process:',
      '  - 10.0.0.12',
      'name: web',
      'restarted:',
      '  - 10.0.0.11',
      'started_at: 2026-01-02T00:00:00.000000',
      'status: in_process',
    ]);
    expect(await said('cluster upgrade status web')).toContain('status: failed');
    expect(await said('cluster deploy status web')).toContain('version: 41.20260101.0');
  });

  it('is told in its own words what is not there, and what it may not do', async () => {
    expect(await commctl.run('cluster get none')).toEqual({ out: 'No object found.', exit: 0 });
    expect(await commctl.run('cluster restart status db')).toEqual({ out: 'No object found.', exit: 0 });
    expect(await commctl.run('host list empty')).toEqual({ out: 'Success', exit: 0 });
    expect(await commctl.run('host ssh web-1')).toEqual({ out: 'The provided credentials were incorrect.', exit: 2 });
    expect(await commctl.run('cluster create new')).toEqual({
      out: 'Unable to PUT the object at /api/v0/cluster/new: 405',
      exit: 2,
    });
    expect((await commctl.run('cluster delete web')).exit).toBe(2);
    expect((await commctl.run('host join 10.0.0.11 db')).exit).toBe(2);
  });

  it('signs in without being asked, and puts no slash at the end', async () => {
    await commctl.run('cluster list');

    const { path, authorization } = seen.at(-1)!;
    expect([path, authorization]).toEqual(['/api/v0/clusters', `Basic ${Buffer.from('jo:secret').toString('base64')}`]);
  });
});
