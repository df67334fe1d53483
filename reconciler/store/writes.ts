import { InvalidInput } from '../model/errors.ts';
import type { Write } from './state-store.ts';

/** Writes in one transaction: etcd allows 128 operations, and one of them carries the transaction's id. */
export const MAX_WRITES = 127;
/** Bytes of keys and values in one transaction. etcd refuses requests above 1.5 MiB. */
export const MAX_BYTES = 1024 * 1024;
/** Expectations in one transaction, for the same limit of 128. */
export const MAX_EXPECTATIONS = 120;

/** A write as it goes to the store. */
export interface EncodedWrite {
  key: string;
  /** JSON text; undefined = the key is deleted. */
  text: string | undefined;
  bytes: number;
  write: Write;
}

export function keyOfWrite(write: Write): string {
  return 'put' in write ? write.put : write.delete;
}

/** Writes as text, the last one of each key. Throws InvalidInput `VALUE_TOO_LARGE` for a value that fits no transaction. */
export function encodeWrites(writes: readonly Write[]): EncodedWrite[] {
  const byKey = new Map<string, EncodedWrite>();
  for (const write of writes) {
    const key = keyOfWrite(write);
    byKey.delete(key);
    byKey.set(key, encode(key, write));
  }
  return [...byKey.values()];
}

/** Cuts encoded writes into transactions, in order. At least one, which may be empty. */
export function splitWrites(writes: readonly EncodedWrite[]): EncodedWrite[][] {
  const parts: EncodedWrite[][] = [[]];
  let bytes = 0;
  for (const write of writes) {
    const part = parts.at(-1)!;
    if (part.length > 0 && (part.length >= MAX_WRITES || bytes + write.bytes > MAX_BYTES)) {
      parts.push([write]);
      bytes = write.bytes;
    } else {
      part.push(write);
      bytes += write.bytes;
    }
  }
  return parts;
}

function encode(key: string, write: Write): EncodedWrite {
  const text = 'put' in write ? JSON.stringify(write.value) : undefined;
  const bytes = Buffer.byteLength(key) + (text === undefined ? 0 : Buffer.byteLength(text));
  if (bytes > MAX_BYTES) {
    throw new InvalidInput(`The value of "${key}" has ${bytes} bytes; the store takes at most ${MAX_BYTES}.`, {
      code: 'VALUE_TOO_LARGE',
      hint: 'Keep less in one key: split the value or cap it.',
    });
  }
  return { key, text, bytes, write };
}
