import { tool } from './tool.ts';

/** One boot of a host, from its own journal. Times are milliseconds since 1970 UTC. */
export interface Boot {
  /** As in `/proc/sys/kernel/random/boot_id`. */
  bootId: string;
  first: number;
  last: number;
  /** When its sshd began to listen; absent when it did not get so far. */
  reachableFrom?: number;
  /** When its sshd ended in good order; absent while it is up, or when the power went. */
  reachableTo?: number;
}

interface JournalEntry {
  _BOOT_ID: string;
  __REALTIME_TIMESTAMP: string;
  SYSLOG_IDENTIFIER?: string;
  MESSAGE?: unknown;
}

/** Reads the boots of a host, oldest first, out of its journal. Works while it runs and while it is off. */
export async function readBoots(journalFolder: string): Promise<Boot[]> {
  const fields = '--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_BOOT_ID';
  const text = await tool('journalctl', [`--directory=${journalFolder}`, '--quiet', '--output=json', fields]);
  const boots = new Map<string, Boot>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as JournalEntry;
    const at = Number(entry.__REALTIME_TIMESTAMP) / 1000;
    const bootId = withDashes(entry._BOOT_ID);
    const boot = boots.get(bootId) ?? { bootId, first: at, last: at };
    boots.set(bootId, boot);
    boot.first = Math.min(boot.first, at);
    boot.last = Math.max(boot.last, at);
    if (entry.SYSLOG_IDENTIFIER !== 'sshd' || typeof entry.MESSAGE !== 'string') continue;
    if (entry.MESSAGE.startsWith('Server listening on')) boot.reachableFrom ??= at;
    if (entry.MESSAGE.startsWith('Received signal 15')) boot.reachableTo = at;
  }
  return [...boots.values()].sort((a, b) => a.first - b.first);
}

/** When the host could not be reached: from the end of one boot to the beginning of the next. */
export function outagesOf(host: string, boots: readonly Boot[]): { host: string; from: number; to?: number }[] {
  return boots.slice(1).map((boot, index) => {
    const before = boots[index]!;
    return { host, from: before.reachableTo ?? before.last, to: boot.reachableFrom };
  });
}

function withDashes(id: string): string {
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-');
}
