import { hash } from 'node:crypto';
import type { ParsedFile } from '../source.ts';

/**
 * One line of a cache segment: `<oid> <day> <checksum> <json>`. The day (since 1970) is when it was last used. The
 * checksum is over the JSON: a line that rotted is ignored, and its file parsed again.
 */
export interface CacheLine {
  oid: string;
  day: number;
  json: string;
}

const LINE = /^([0-9a-f]{40}) ([0-9]{1,6}) ([0-9a-f]{16}) $/;
/** Bytes before the JSON: oid, space, five digits of the day, space, checksum, space. */
const HEAD_MOST = 40 + 1 + 6 + 1 + 16 + 1;

export function encodeLine({ oid, day, json }: CacheLine): string {
  return `${oid} ${day} ${checksum(json)} ${json}\n`;
}

/** The oid of a line without looking at the rest; undefined when it is none. */
export function oidOfLine(line: Buffer): string | undefined {
  const oid = line.toString('latin1', 0, 40);
  return /^[0-9a-f]{40}$/.test(oid) ? oid : undefined;
}

/** The line's parts, undefined when it is damaged. */
export function decodeLine(line: Buffer): CacheLine | undefined {
  const start = line.indexOf('{');
  if (start < 0 || start > HEAD_MOST) return undefined;
  const head = LINE.exec(line.toString('latin1', 0, start));
  const json = line.toString('utf8', start);
  if (!head || checksum(json) !== head[3]) return undefined;
  return { oid: head[1]!, day: Number(head[2]), json };
}

/** The parsed file of a line's JSON, undefined when it is something else. */
export function decodeFile(oid: string, json: string): ParsedFile | undefined {
  try {
    const file = JSON.parse(json) as ParsedFile;
    return file.oid === oid && Array.isArray(file.documents) && Array.isArray(file.diagnostics) ? file : undefined;
  } catch {
    return undefined;
  }
}

function checksum(json: string): string {
  return hash('sha1', json, 'hex').slice(0, 16);
}
