import type { CommitInfo, ConfigBranches, ConfigHistory, ConfigSource, ParsedFile } from '../../source/source.ts';

/** What the view reads of the config repository, through a clone of its own. */
export type ViewSource = Pick<ConfigSource, 'tip' | 'fetch' | 'diff' | 'parse' | 'commitInfo'> &
  Pick<ConfigHistory, 'deepen'> &
  ConfigBranches;

/** Makes an accepted commit readable, or one that a cluster is held at: from the clone, or with as much history as it takes. */
export async function bringAccepted(
  source: ViewSource,
  commit: string,
  accepted: string,
  signal: AbortSignal,
): Promise<void> {
  if (await infoOf(source, commit, signal)) return;
  const tip = (await source.tip(signal)) ?? accepted;
  await source.fetch(tip, accepted, signal);
  if (await infoOf(source, commit, signal)) return;
  await source.deepen(tip, signal);
}

/** A commit of the clone; undefined: it is not there. */
export async function infoOf(source: ViewSource, commit: string, signal: AbortSignal): Promise<CommitInfo | undefined> {
  return source.commitInfo(commit, signal).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
}

/** The parsed files of these blobs, by oid. */
export async function parseAll(
  source: ViewSource,
  oids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ParsedFile>> {
  const parsed = new Map<string, ParsedFile>();
  const wanted = [...new Set(oids)];
  if (wanted.length === 0) return parsed;
  for await (const files of source.parse(wanted, signal)) for (const file of files) parsed.set(file.oid, file);
  return parsed;
}
