import { createHash } from 'node:crypto';
import { cleanText } from '../clean-text.ts';
import type { ProfileItem } from './changes.ts';

/** Where the records of steps lie on the host; the host's record of its profile lies beside it. */
export interface ProfilePlace {
  /** Absolute folder, `/var/lib/intendant/<fleet>/steps`. */
  stepsRoot: string;
}

/** Folder on the host for its record of what we brought: `/var/lib/intendant/<fleet>/profile`. */
export function profileFolder({ stepsRoot }: ProfilePlace): string {
  return `${stepsRoot.slice(0, stepsRoot.lastIndexOf('/'))}/profile`;
}

/** Name in the folder `originals` under which the file is kept that we replaced at this path. */
export function originalName(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}

/** What the record of a host says. */
export interface Inventory {
  items: ProfileItem[];
  applied?: string;
  restartsDue: string[];
  restartOn: Map<string, string[]>;
}

/** More lines are never ours. */
const MAX_LINES = 10_000;

/**
 * Reads a host's record. A line is one of `package absent NAME`, `file absent|kept PATH`, `repository absent|kept PATH`,
 * `enabled absent|kept SERVICE`, `running absent|kept SERVICE`, `restart due SERVICE`, `restart-on SERVICE PATH`, `applied DIGEST`.
 * Anything else is left out, and so are names that would not show as what they are.
 */
export function parseInventory(text: string): Inventory {
  const inventory: Inventory = { items: [], restartsDue: [], restartOn: new Map() };
  for (const line of text.split('\n', MAX_LINES)) {
    const [, first = '', second = '', rest = ''] = /^([a-z-]+) (\S+)(?: ([^\n]+))?$/.exec(line) ?? [];
    const before = second === 'absent' || second === 'kept' ? second : undefined;
    if (first === 'applied' && rest === '') inventory.applied = second;
    if (rest === '' || cleanText(rest) !== rest) continue;
    if (first === 'restart' && second === 'due') inventory.restartsDue.push(rest);
    if (first === 'restart-on') inventory.restartOn.set(second, [...(inventory.restartOn.get(second) ?? []), rest]);
    if (before === undefined) continue;
    if (first === 'package' || first === 'file' || first === 'repository') {
      inventory.items.push({ kind: first, name: rest, before });
    }
    if (first === 'enabled' || first === 'running') {
      inventory.items.push({ kind: 'service', name: rest, before, aspect: first });
    }
  }
  return inventory;
}

/** The line of an item in the record. */
export function inventoryLine({ kind, name, before, aspect }: ProfileItem): string {
  return `${aspect ?? kind} ${before} ${name}`;
}
