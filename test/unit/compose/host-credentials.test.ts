import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostCredentials } from '../../../reconciler/compose/host-credentials.ts';
import { openViewEvents } from '../../../reconciler/compose/view-events.ts';
import type { Inventory, Resource } from '../../../reconciler/model/resource.ts';
import { InventoryBuilder } from '../../../reconciler/source/inventory/inventory-builder.ts';
import type { HostCredentials, ViewEvent } from '../../../reconciler/view/http/credentials.ts';
import { commitFiles, documentOf } from '../../support/inventory.ts';
import { silentLog } from '../../support/silent-log.ts';

const signal = new AbortController().signal;
let folder: string;
let inventory: Inventory;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  writeFileSync(join(folder, 'id'), 'KEY\n');
  inventory = commitFiles(new InventoryBuilder(), 'c1', {
    'web.yaml': documentOf('Cluster', 'web', { connection: { user: 'admin', identity: 'web' } }),
    'hosts.yaml': [
      documentOf('Host', 'web-1', { address: '10.0.0.1', cluster: 'web' }),
      documentOf('Host', 'lone', { address: '10.0.0.2', identity: 'agent' }),
      documentOf('Host', 'lost', { address: '10.0.0.3', identity: 'gone' }),
      documentOf('Host', 'odd', { address: '10.0.0.4', identity: 'nobody' }),
      documentOf('Host', 'proto', { address: '10.0.0.5', identity: 'constructor' }),
    ].join('---\n'),
  }).inventory;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(name: string): Promise<HostCredentials | undefined> {
  const identities = {
    web: { keyFile: join(folder, 'id') },
    agent: { agent: true },
    gone: { keyFile: join(folder, 'gone') },
  };
  const host = inventory.get(`Host/${name}`) as Resource<'Host'>;
  return hostCredentials({ identities, inventory: () => inventory })(host, signal);
}

describe('how a host is logged in to', () => {
  it('is told with the key where that is a file', async () => {
    const found = await read('web-1');

    expect([found?.remoteUser, found?.privateKey?.reveal()]).toEqual(['admin', 'KEY\n']);
    expect(JSON.stringify(found)).not.toContain('KEY');
  });

  it('is told without a key where an agent has it', async () => {
    expect(await read('lone')).toEqual({ remoteUser: 'root' });
  });

  it.each(['odd', 'proto'])('is not known where the identity is not configured (%s)', async (name) => {
    expect(await read(name)).toBeUndefined();
  });

  it('says that a key cannot be read, and not where it would be', async () => {
    const reason = await read('lost').catch((error: unknown) => error);

    expect(reason).toMatchObject({ name: 'Transient', code: 'CREDENTIAL_UNREADABLE' });
    expect((reason as Error).message).not.toContain(folder);
  });
});

const EVENT: ViewEvent = {
  type: 'CredentialsRead',
  at: '2026-01-02T03:04:05.000Z',
  who: 'dana',
  by: 'basic',
  host: 'web-1',
  from: '127.0.0.1',
};

describe('an event of the view', () => {
  it('stands on the disk before it is over', async () => {
    const events = openViewEvents({ state: folder, name: 'view', log: silentLog });

    await events.record(EVENT);
    const written = readFileSync(join(folder, 'audit', 'view.jsonl'), 'utf8');
    await events.close();

    expect(written).toBe(`${JSON.stringify(EVENT)}\n`);
  });

  it('is refused where it cannot be written', async () => {
    writeFileSync(join(folder, 'audit'), 'in the way');
    const events = openViewEvents({ state: folder, name: 'view', log: silentLog });

    await expect(events.record(EVENT)).rejects.toMatchObject({ name: 'Transient', code: 'EVENT_NOT_WRITTEN' });
    await events.close();
  });
});
