import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedStore } from '../../../reconciler/store/embedded-store.ts';
import { memberName } from '../../../reconciler/store/member.ts';
import { openStore } from '../../../reconciler/store/open-store.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'intendant-folder-'));
  folder = join(root, 'store');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the folder of the embedded store', () => {
  it('is made where there is none, readable by its owner only', async () => {
    const store = await openEmbeddedStore({ folder: join(folder, 'deep', 'er') });

    expect(await store.list('')).toMatchObject({ entries: [] });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await store.close();
  });

  it('belongs to one opener at a time, also within one process', async () => {
    const store = await openEmbeddedStore({ folder });

    const second = openEmbeddedStore({ folder });

    await expect(second).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'STORE_IN_USE' });
    await expect(second).rejects.toThrow(`${folder} is in use by process ${process.pid}`);
    await store.close();
  });

  it('can be opened again and again, and makes leases of older openings void', async () => {
    const first = await openEmbeddedStore({ folder });
    const old = await first.lease('fleet', 'one', 60_000, new AbortController().signal);
    await first.close();

    const second = await openEmbeddedStore({ folder });
    const lease = await second.lease('fleet', 'two', 60_000, new AbortController().signal);

    expect(old.lost.aborted).toBe(true);
    expect((await second.commit([], [{ lease: old.token }])).ok).toBe(false);
    expect((await second.commit([], [{ lease: lease.token }])).ok).toBe(true);
    await second.close();
  });

  it('is refused when something else lives there', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.txt'), 'precious');

    const attempt = openEmbeddedStore({ folder });

    await expect(attempt).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'STORE_FOREIGN' });
    await expect(attempt).rejects.toThrow('thesis.txt');
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  it('is refused when its database is somebody else’s', async () => {
    const level = new ClassicLevel(join(folder, 'db'));
    await level.put('some', 'thing');
    await level.close();

    const attempt = openEmbeddedStore({ folder });

    await expect(attempt).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
  });

  it('is refused when a newer version has written it', async () => {
    const level = new ClassicLevel(join(folder, 'db'));
    await level.put('i!layout', '99');
    await level.close();

    const attempt = openEmbeddedStore({ folder });

    await expect(attempt).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'STORE_TOO_NEW' });
  });

  it.each(['CURRENT', 'MANIFEST'])('is refused with a way out when its %s is damaged', async (name) => {
    const store = await openEmbeddedStore({ folder });
    await store.commit([{ put: 'a', value: 1 }]);
    await store.close();
    const file = readdirSync(join(folder, 'db')).find((each) => each.startsWith(name))!;
    writeFileSync(join(folder, 'db', file), 'rubbish\n');

    const attempt = openEmbeddedStore({ folder });

    await expect(attempt).rejects.toMatchObject({
      disposition: 'InvalidInput',
      code: 'STORE_CORRUPT',
      hint: expect.stringContaining('backup'),
    });
  });

  it('is refused, rather than begun anew, when the file that names its data is gone', async () => {
    const store = await openEmbeddedStore({ folder });
    await store.commit([{ put: 'a', value: 1 }]);
    await store.close();
    rmSync(join(folder, 'db', 'CURRENT'));

    await expect(openEmbeddedStore({ folder })).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('is refused when one of its values is damaged', async () => {
    const store = await openEmbeddedStore({ folder });
    await store.commit([{ put: 'meta', value: 1 }]);
    await store.close();
    const level = new ClassicLevel(join(folder, 'db'));
    await level.put('d!meta', '{"r":');
    await level.close();

    const attempt = openEmbeddedStore({ folder });

    await expect(attempt).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await expect(attempt).rejects.toThrow('"meta"');
  });

  it('is refused when it cannot be one', async () => {
    writeFileSync(folder, 'a file');

    await expect(openEmbeddedStore({ folder })).rejects.toMatchObject({ disposition: 'InvalidInput' });
  });
});

describe('opening the store of a configuration', () => {
  it('takes the embedded one below the state folder', async () => {
    const store = await openStore({ fleet: 'prod', state: root, store: { type: 'embedded' } });

    expect(readdirSync(root)).toEqual(['store']);
    await store.close();
  });

  it('gives the folder back when etcd cannot be reached', async () => {
    const settings = { type: 'etcd' as const, endpoints: ['http://127.0.0.1:1'] };

    const first = openStore({ fleet: 'prod', state: root, store: settings });
    await expect(first).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const second = openStore({ fleet: 'prod', state: root, store: settings });

    await expect(second).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

describe('the name of a member', () => {
  it('stays the same, and differs from folder to folder', async () => {
    const names = await Promise.all([memberName(root), memberName(root), memberName(join(root, 'other'))]);

    expect(names[0]).toMatch(/^[^.]+-[0-9a-f]{8}$/);
    expect(await memberName(root)).toBe(names[1]);
    expect(names[2]).not.toBe(names[0]);
  });

  it.each([
    ['nothing', ''],
    ['zeros', '\0'.repeat(12)],
    ['the half', 'ops-1-4f'],
  ])('is a new one where a power cut has left %s of it', async (_what, left) => {
    mkdirSync(join(root, 'member'));
    writeFileSync(join(root, 'member', 'name'), left);

    const name = await memberName(root);

    expect(name).toMatch(/^[^.]+-[0-9a-f]{8}$/);
    expect(await memberName(root)).toBe(name);
    expect(readdirSync(join(root, 'member'))).toEqual(['name']);
  });

  it('says when it cannot be kept', async () => {
    writeFileSync(join(root, 'member'), 'a file');

    await expect(memberName(root)).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'STATE_UNREADABLE' });
  });
});
