import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { GitObject } from './object.ts';
import { formatEntryHead } from './pack-entry.ts';
import type { PackedObject } from './pack-reader.ts';

/** A pack in memory and what its index needs. */
export interface WrittenPack {
  bytes: Buffer;
  objects: PackedObject[];
}

/** Packs whole objects, without deltas: what we push is small and the server repacks. */
export function writePack(objects: ReadonlyMap<string, GitObject>): WrittenPack {
  const header = Buffer.alloc(12);
  header.write('PACK', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.size, 8);
  const parts: Buffer[] = [header];
  const packed: PackedObject[] = [];
  let offset = header.length;
  for (const [oid, { type, bytes }] of objects) {
    const entry = Buffer.concat([formatEntryHead(type, bytes.length), deflateSync(bytes)]);
    packed.push({ oid, offset, crc: crc32(entry) });
    parts.push(entry);
    offset += entry.length;
  }
  const body = Buffer.concat(parts);
  const sum = createHash('sha1').update(body).digest();
  return { bytes: Buffer.concat([body, sum]), objects: packed };
}
