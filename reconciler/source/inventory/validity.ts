import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import { splitKey } from '../../model/resource.ts';
import type { Turns } from '../../model/turns.ts';
import { Pace } from '../../model/turns.ts';
import { crossCheck } from './cross-check.ts';
import type { CrossFinding, ResourceCheck } from './cross-check.ts';
import type { DocumentTable } from './document-table.ts';
import { Holds } from './holds.ts';
import type { CommitInventory } from './inventory.ts';
import { withOverrides } from './overrides.ts';
import type { Placement } from './placement.ts';

export interface Judgement {
  /** Sorted by place. */
  diagnostics: Diagnostic[];
  /** What is in force: new versions, and the last good ones of what is held. */
  resources: Map<ResourceKey, Resource>;
  holds: Holds;
}

/**
 * Decides what of the repository's newest commit is taken. Pure. Errors hold back clusters, not commits: everything of a
 * held cluster stays as it was, the rest advances, and what is in force always fits together.
 * Others may run in between: whether an operation is finished is asked once.
 */
export function* judge(
  table: DocumentTable,
  last: CommitInventory,
  isFinished: (operation: string) => boolean,
  pace = new Pace(),
  checks: readonly ResourceCheck[] = [],
): Turns<Judgement> {
  const finished = askedOnce((key) => key.startsWith('Operation/') && isFinished(splitKey(key).name));
  const holds = new Holds(table, last);
  const diagnostics = [
    ...(yield* judgeFiles(table, holds, finished, pace)),
    ...(yield* judgeDuplicates(table, holds, finished, pace)),
  ];
  const candidates = new Map<ResourceKey, Resource>();
  for (const [key, placements] of table.entries()) {
    if (pace.isOver()) yield;
    if (placements.length === 1 && placements[0]!.document.valid) candidates.set(key, placements[0]!.resource);
  }
  const view = {
    resources: without(candidates, finished),
    // What is there but cannot be read is not unknown; whoever refers to it gets its last good version.
    // What has finished may be named for ever, though its document is gone.
    exists: (key: ResourceKey) => table.placements(key).length > 0 || holds.keys.has(key) || finished(key),
  };
  for (const finding of yield* crossCheck(view, pace, checks)) {
    if (pace.isOver()) yield;
    const [placement] = table.placements(finding.key);
    const cluster = holds.holdDocument(finding.key, placement!.path);
    diagnostics.push(diagnosticAt(placement!, finding, cluster));
  }
  yield* holds.spread(pace);
  const resources = yield* settle(candidates, table, last, holds, finished, pace, checks);
  return { diagnostics: diagnostics.sort(byPlace), resources, holds };
}

/** A question about a key whose first answer stands. */
function askedOnce(ask: (key: ResourceKey) => boolean): (key: ResourceKey) => boolean {
  const answers = new Map<ResourceKey, boolean>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(key);
    answers.set(key, answer);
    return answer;
  };
}

function* judgeFiles(
  table: DocumentTable,
  holds: Holds,
  finished: (key: ResourceKey) => boolean,
  pace: Pace,
): Turns<Diagnostic[]> {
  const judged: Diagnostic[] = [];
  for (const [path, diagnostics] of table.fileDiagnostics()) {
    if (pace.isOver()) yield;
    if (diagnostics.some(({ severity }) => severity === 'error')) holds.holdOrphans(path);
    for (const diagnostic of diagnostics) {
      if (diagnostic.severity !== 'error') judged.push(diagnostic);
      else if (diagnostic.key && finished(diagnostic.key)) judged.push({ ...diagnostic, severity: 'warning' });
      else judged.push({ ...diagnostic, cluster: holdFor(diagnostic, path, holds) });
    }
  }
  return judged;
}

function holdFor({ key, cluster }: Diagnostic, path: string, holds: Holds): string | undefined {
  if (key) return holds.holdDocument(key, path);
  if (cluster === undefined) return holds.holdFile(path);
  holds.units.add(cluster);
  return cluster;
}

function* judgeDuplicates(
  table: DocumentTable,
  holds: Holds,
  finished: (key: ResourceKey) => boolean,
  pace: Pace,
): Turns<Diagnostic[]> {
  const judged: Diagnostic[] = [];
  for (const [key, placements] of table.entries()) {
    if (pace.isOver()) yield;
    if (placements.length < 2 || finished(key)) continue;
    for (const placement of placements) {
      const other = placements.find((candidate) => candidate !== placement)!;
      const message = `${key} is declared twice: the other one is at ${other.path}:${other.document.line}`;
      const finding = { key, code: 'duplicate-name', message, pointer: '/metadata/name' };
      judged.push(diagnosticAt(placement, finding, holds.holdDocument(key, placement.path)));
    }
  }
  return judged;
}

/**
 * Puts last good versions and new ones together. Where they do not fit (a new host names a cluster that is held and has
 * never been good, a network that went away is still used by a held cluster) more is held, until they do.
 */
function* settle(
  candidates: ReadonlyMap<ResourceKey, Resource>,
  table: DocumentTable,
  last: CommitInventory,
  holds: Holds,
  finished: (key: ResourceKey) => boolean,
  pace: Pace,
  checks: readonly ResourceCheck[],
): Turns<Map<ResourceKey, Resource>> {
  for (;;) {
    const resources = yield* compose(candidates, table, last, holds, finished, pace);
    if (holds.all || (holds.units.size === 0 && holds.keys.size === 0)) return resources;
    let more = false;
    const view = { resources: without(resources, finished), exists: finished };
    for (const finding of yield* crossCheck(view, pace, checks)) {
      if (pace.isOver()) yield;
      more = holdMore(finding, last, holds) || more;
    }
    if (!more) return resources;
    yield* holds.spread(pace);
  }
}

function holdMore({ key, missing }: CrossFinding, last: CommitInventory, holds: Holds): boolean {
  if (!holds.keys.has(key)) {
    holds.holdDocument(key, '');
    return true;
  }
  if (missing === undefined || holds.keys.has(missing) || !last.get(missing)) return false;
  holds.keys.add(missing);
  return true;
}

function* compose(
  candidates: ReadonlyMap<ResourceKey, Resource>,
  table: DocumentTable,
  last: CommitInventory,
  holds: Holds,
  finished: (key: ResourceKey) => boolean,
  pace: Pace,
): Turns<Map<ResourceKey, Resource>> {
  const resources = new Map<ResourceKey, Resource>();
  const isHeld = (key: ResourceKey): boolean => holds.all || holds.keys.has(key);
  for (const [key, resource] of candidates) {
    if (pace.isOver()) yield;
    if (!isHeld(key)) resources.set(key, resource);
  }
  for (const [key, resource] of last.resources()) {
    if (pace.isOver()) yield;
    const [placement] = table.placements(key);
    // A finished operation whose document went bad holds nothing, and is kept as it was.
    const keepsFinished = placement !== undefined && !candidates.has(key) && finished(key);
    if (!isHeld(key) && !keepsFinished) continue;
    resources.set(key, placement ? withOverrides(resource, placement.document) : resource);
  }
  return resources;
}

function without(
  resources: ReadonlyMap<ResourceKey, Resource>,
  excluded: (key: ResourceKey) => boolean,
): ReadonlyMap<ResourceKey, Resource> {
  const left = [...resources.keys()].filter(excluded);
  if (left.length === 0) return resources;
  const rest = new Map(resources);
  for (const key of left) rest.delete(key);
  return rest;
}

function diagnosticAt({ path, document }: Placement, finding: CrossFinding, cluster: string | undefined): Diagnostic {
  const { code, key, inText } = finding;
  const text = inText && document.positions[`${finding.pointer}#text`];
  const [line, column] = text
    ? [text[0] + inText.line - 1, text[1] + inText.column - 1]
    : (document.positions[finding.pointer] ?? [document.line, 1]);
  // Where the lines of a text are not those of the file, they are told.
  const message = inText && !text && inText.line > 1 ? `line ${inText.line}: ${finding.message}` : finding.message;
  return { severity: 'error', code, message, file: path, line, column, key, ...(cluster !== undefined && { cluster }) };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1);
}
