import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Transient } from '../../../../reconciler/model/errors.ts';
import { Sensitive } from '../../../../reconciler/model/sensitive.ts';
import { apiV0 } from '../../../../reconciler/view/api-v0/routes.ts';
import type { HostCredentials, ViewEvent } from '../../../../reconciler/view/http/credentials.ts';
import { documentOf } from '../../../support/inventory.ts';
import { ViewWorld } from '../../../support/view-world.ts';

let world: ViewWorld;
let events: ViewEvent[];
let credentials: HostCredentials | undefined;

beforeEach(async () => {
  world = await ViewWorld.start();
  world.commit({ 'hosts.yaml': documentOf('Host', 'web-1', { address: '10.0.0.11' }) });
  world.principal = { name: 'dana', roles: ['viewer', 'creds-reader'], by: 'basic' };
  world.peer = { remoteAddress: '192.0.2.7', tls: true };
  events = [];
  credentials = { remoteUser: 'admin', privateKey: new Sensitive('KEY\n') };
  world.context.readCredentials = async () => credentials;
  world.context.recordEvent = async (event) => void events.push(event);
});
afterEach(() => world.stop());

function ask(headers: Record<string, string> = {}, address = '10.0.0.11'): Promise<Response> {
  return Promise.resolve(world.app({ '/api/v0': apiV0 }).request(`/api/v0/host/${address}/creds`, { headers }));
}

describe('the credentials of a host', () => {
  it('are told to somebody who may read them, over TLS, and that is written down', async () => {
    const answer = await ask();

    expect(await answer.json()).toEqual({ address: '10.0.0.11', ssh_priv_key: 'S0VZCg==', remote_user: 'admin' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(events).toEqual([
      {
        type: 'CredentialsRead',
        at: '2026-01-02T03:04:05.000Z',
        who: 'dana',
        by: 'basic',
        host: 'web-1',
        from: '192.0.2.7',
      },
    ]);
  });

  it('are told on loopback too', async () => {
    world.peer = { remoteAddress: '127.0.0.1', tls: false };

    expect((await ask()).status).toBe(200);
  });

  it('hold no key where the host is not reached with a key file', async () => {
    credentials = { remoteUser: 'root' };

    expect(await (await ask()).json()).toEqual({ address: '10.0.0.11', remote_user: 'root' });
  });

  it.each<[string, () => void]>([
    ['to viewers', () => (world.principal = { name: 'jo', roles: ['viewer'], by: 'basic' })],
    ['without TLS from elsewhere', () => (world.peer = { remoteAddress: '192.0.2.7', tls: false })],
    ['where nobody knows who is asking', () => (world.peer = undefined)],
    ['where none can be read', () => delete world.context.readCredentials],
    ['where it cannot be written down', () => delete world.context.recordEvent],
  ])('are not told %s', async (_when, arrange) => {
    arrange();

    const answer = await ask();

    expect([answer.status, await answer.text(), events]).toEqual([403, 'Forbidden', []]);
  });

  it.each(['x-forwarded-for', 'forwarded', 'x-forwarded-proto', 'via', 'x-real-ip'])(
    'are not told to a proxy on loopback that nobody trusts (%s)',
    async (header) => {
      world.peer = { remoteAddress: '127.0.0.1', tls: false };

      expect((await ask({ [header]: '192.0.2.7' })).status).toBe(403);
    },
  );

  it('are not told when writing that down failed', async () => {
    world.context.recordEvent = () => Promise.reject(new Transient('no space is left', { code: 'DISK_FULL' }));

    const answer = await ask();

    expect([answer.status, await answer.text()]).toEqual([503, 'Service Unavailable']);
  });

  it('are not found for hosts that there are not, nor where there are none', async () => {
    const strange = await ask({}, '10.9.9.9');
    credentials = undefined;
    const bare = await ask();

    expect([strange.status, bare.status, events]).toEqual([404, 404, []]);
  });
});
