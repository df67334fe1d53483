import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../reconciler/model/json.ts';
import { openEmbeddedStore } from '../../../reconciler/store/embedded-store.ts';
import { writeWholeFile } from '../../../reconciler/store/export-file.ts';
import { exportLines } from '../../../reconciler/store/export-format.ts';
import { checkExport, entriesOf } from '../../../reconciler/store/import-file.ts';
import type { MetaRecord } from '../../../reconciler/store/records.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';

const META: MetaRecord = { format: 1, id: 'the-store', epoch: 2, version: '1.2.3', sequence: 9 };
const AT = '2026-01-02T03:04:05.000Z';
const OBJECT = { status: 'active', text: 'line\nfeed, "quotes", é and \u{1F600}' };

describe('the export of a store', () => {
  const { signal } = new AbortController();
  let folder: string;
  let file: string;
  let store: StateStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'export-'));
    file = join(folder, 'fleet.jsonl');
    store = await openEmbeddedStore({ folder: join(folder, 'store') });
    await store.commit([
      { put: 'meta', value: { ...META } },
      { put: 'objects/Host/web-1', value: OBJECT },
      { put: 'journal/op/web-1/000-connect', value: [1, null, { a: false }] },
    ]);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const write = (force = false): Promise<number> =>
    writeWholeFile(file, {
      parts: exportLines(store, { fleet: 'prod', meta: META, at: AT }, signal),
      force,
      check: async (draft) => (await checkExport(draft, 'prod', signal)).count,
    });
  const check = (fleet = 'prod') => checkExport(file, fleet, signal);

  /** Lines of an export that holds this, whole and with its checksum. */
  function whole(lines: readonly Json[]): string {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const sha256 = createHash('sha256').update(text).digest('hex');
    return `${text}${JSON.stringify({ end: true, entries: lines.length - 1, sha256 })}\n`;
  }
  const header = { intendantStoreExport: 1, fleet: 'prod', format: 1, version: '1.2.3', exportedAt: AT };
  const metaLine = { key: 'meta', value: { ...META } as unknown as Json };

  it('holds everything, and gives it back', async () => {
    const count = await write();

    const checked = await check();
    const found: Record<string, unknown> = {};
    for await (const { key, value } of entriesOf(file, checked, signal)) found[key] = value;
    expect(count).toBe(3);
    expect(checked).toMatchObject({ header, meta: META, count: 3 });
    expect(found).toEqual({
      meta: META,
      'objects/Host/web-1': OBJECT,
      'journal/op/web-1/000-connect': [1, null, { a: false }],
    });
  });

  it('has a line for each key between a header and an end with the checksum', async () => {
    await write();

    const lines = readFileSync(file, 'utf8').split('\n');
    expect(JSON.parse(lines[0]!)).toEqual(header);
    expect(lines.slice(1, -2).map((line) => (JSON.parse(line) as { key: string }).key)).toEqual([
      'journal/op/web-1/000-connect',
      'meta',
      'objects/Host/web-1',
    ]);
    expect(JSON.parse(lines.at(-2)!)).toMatchObject({ end: true, entries: 3 });
    expect(lines.at(-1)).toBe('');
  });

  it('can be read by its owner only', async () => {
    await write();

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('does not overwrite a file unless it is told to', async () => {
    writeFileSync(file, 'mine');
    chmodSync(file, 0o644);

    await expect(write()).rejects.toMatchObject({ code: 'FILE_EXISTS', hint: expect.stringContaining('--force') });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await write(true);

    expect((await check()).count).toBe(3);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind when it fails half-way, and what was there stays', async () => {
    writeFileSync(file, 'mine');
    async function* failing() {
      yield 'some';
      throw new Error('the store went away');
    }

    const attempt = writeWholeFile(file, { parts: failing(), force: true, check: () => Promise.resolve(0) });

    await expect(attempt).rejects.toThrow('the store went away');
    expect(readdirSync(folder).sort()).toEqual(['fleet.jsonl', 'store']);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('does not take its place when what was written cannot be read back', async () => {
    async function* cut() {
      yield `${JSON.stringify(header)}\n`;
    }

    const attempt = writeWholeFile(file, {
      parts: cut(),
      force: false,
      check: (draft) => checkExport(draft, 'prod', signal),
    });

    await expect(attempt).rejects.toMatchObject({ code: 'EXPORT_CUT' });
    expect(readdirSync(folder)).toEqual(['store']);
  });

  it('does not overwrite a file that came into being meanwhile', async () => {
    async function* slow() {
      yield 'mine';
      writeFileSync(file, 'theirs');
    }

    const attempt = writeWholeFile(file, { parts: slow(), force: false, check: () => Promise.resolve(0) });

    await expect(attempt).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(readFileSync(file, 'utf8')).toBe('theirs');
  });

  it('says where it cannot write', async () => {
    file = join(folder, 'absent', 'fleet.jsonl');
    await expect(write()).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });

    file = join(folder, 'a-folder');
    mkdirSync(file);
    await expect(write(true)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(readdirSync(folder).sort()).toEqual(['a-folder', 'store']);
  });

  it('is refused while the format of the store is being changed', async () => {
    await store.commit([{ put: 'meta', value: { ...META, migrating: { after: '' } } }]);

    await expect(write()).rejects.toMatchObject({ code: 'STORE_MIGRATING' });
    expect(readdirSync(folder)).toEqual(['store']);
  });

  it('cut off anywhere is refused', async () => {
    await write();
    const text = readFileSync(file);

    const codes = new Set<string>();
    for (let length = 0; length < text.length; length += 7) {
      writeFileSync(file, text.subarray(0, length));
      codes.add(await check().then(String, (error: { code: string }) => error.code));
    }
    writeFileSync(file, text.subarray(0, -1));
    codes.add(await check().then(String, (error: { code: string }) => error.code));

    expect([...codes].sort()).toEqual(['EXPORT_CUT', 'EXPORT_FOREIGN']);
  });

  it('with a byte changed anywhere is refused', async () => {
    await write();
    const text = readFileSync(file);

    const taken: number[] = [];
    for (let at = 0; at < text.length; at += 7) {
      const changed = Buffer.from(text);
      changed[at] = changed[at]! ^ 1;
      writeFileSync(file, changed);
      await check().then(
        () => taken.push(at),
        () => undefined,
      );
    }

    expect(taken).toEqual([]);
  });

  it('with a line left out, or twice, is refused', async () => {
    await write();
    const lines = readFileSync(file, 'utf8').split('\n');

    for (const changed of [lines.toSpliced(1, 1), lines.toSpliced(1, 0, lines[1]!)]) {
      writeFileSync(file, changed.join('\n'));
      await expect(check()).rejects.toMatchObject({ code: 'EXPORT_DAMAGED' });
    }
  });

  it.each([
    ['nothing', Buffer.from('')],
    ['text', Buffer.from('hello\nworld\n')],
    ['other JSON', Buffer.from('{"a":1}\n')],
    ['a list', Buffer.from('[]\n')],
    ['bytes without end of line', Buffer.alloc(3_000_000, 1)],
  ])('that is %s is refused as a foreign file', async (_what, content) => {
    writeFileSync(file, content);

    await expect(check()).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'EXPORT_FOREIGN' });
  });

  it('that is a folder, or not there, is refused with a sentence', async () => {
    await expect(check()).rejects.toMatchObject({ code: 'FILE_UNREADABLE', message: expect.stringContaining(file) });

    mkdirSync(file);
    await expect(check()).rejects.toMatchObject({ code: 'EXPORT_FOREIGN' });
  });

  it('of another fleet is refused, and both are named', async () => {
    await write();

    await expect(check('test')).rejects.toMatchObject({
      code: 'EXPORT_OTHER_FLEET',
      message: expect.stringMatching(/"prod".*"test"/),
    });
  });

  it.each([
    ['store format 2', { ...header, format: 2, version: '9.9.9' }, 'store format 1'],
    ['layout 2', { ...header, intendantStoreExport: 2, version: '9.9.9' }, 'layout 1'],
  ])('of a newer program (%s) is refused, and says which one can read it', async (theirs, first, ours) => {
    writeFileSync(file, whole([first, metaLine]));

    await expect(check()).rejects.toMatchObject({
      code: 'EXPORT_TOO_NEW',
      message: expect.stringMatching(new RegExp(`has ${theirs}, written by version 9\\.9\\.9.*up to ${ours}`)),
      hint: expect.stringContaining('9.9.9'),
    });
  });

  it.each([
    ['a lease', { key: 'leases/daemon', value: 1 }],
    ['a key with a line feed', { key: 'a\nb', value: 1 }],
    ['no value', { key: 'a' }],
    ['no object', [1]],
  ])('with %s in it is refused', async (_what, line) => {
    writeFileSync(file, whole([header, metaLine, line]));

    await expect(check()).rejects.toMatchObject({ code: 'EXPORT_DAMAGED', message: expect.stringContaining('line 3') });
  });

  it.each([
    ['no identity', [header]],
    ['an identity that is being rewritten', [header, { key: 'meta', value: { ...META, incomplete: 'store adopt' } }]],
    ['an identity of another format', [{ ...header, format: 0 }, metaLine]],
  ])('with %s is refused', async (_what, lines) => {
    writeFileSync(file, whole(lines as Json[]));

    await expect(check()).rejects.toMatchObject({ code: 'EXPORT_DAMAGED' });
  });

  it('that is another file by the time it is imported is not taken for whole', async () => {
    await write();
    const checked = await check();
    writeFileSync(file, whole([header, metaLine]));

    const reading = (async () => {
      for await (const _ of entriesOf(file, checked, signal)) continue;
    })();

    await expect(reading).rejects.toMatchObject({ code: 'EXPORT_CHANGED' });
  });
});
