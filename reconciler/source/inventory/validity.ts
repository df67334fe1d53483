import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import { splitKey } from '../../model/resource.ts';
import { crossCheck } from './cross-check.ts';
import type { CrossFinding } from './cross-check.ts';
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
 */
export function judge(
  table: DocumentTable,
  last: CommitInventory,
  isFinished: (operation: string) => boolean,
): Judgement {
  const finished = (key: ResourceKey): boolean => key.startsWith('Operation/') && isFinished(splitKey(key).name);
  const holds = new Holds(table, last);
  const diagnostics = [...judgeFiles(table, holds, finished), ...judgeDuplicates(table, holds, finished)];
  const candidates = new Map<ResourceKey, Resource>();
  for (const [key, placements] of table.entries()) {
    if (placements.length === 1 && placements[0]!.document.valid) candidates.set(key, placements[0]!.resource);
  }
  const findings = crossCheck({
    resources: without(candidates, finished),
    // What is there but cannot be read is not unknown; whoever refers to it gets its last good version.
    exists: (key) => table.placements(key).length > 0 || holds.keys.has(key),
  });
  for (const finding of findings) {
    const [placement] = table.placements(finding.key);
    const cluster = holds.holdDocument(finding.key, placement!.path);
    diagnostics.push(diagnosticAt(placement!, finding, cluster));
  }
  holds.spread();
  const resources = settle(candidates, table, last, holds, finished);
  return { diagnostics: diagnostics.sort(byPlace), resources, holds };
}

function judgeFiles(table: DocumentTable, holds: Holds, finished: (key: ResourceKey) => boolean): Diagnostic[] {
  const judged: Diagnostic[] = [];
  for (const [path, diagnostics] of table.fileDiagnostics()) {
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

function judgeDuplicates(table: DocumentTable, holds: Holds, finished: (key: ResourceKey) => boolean): Diagnostic[] {
  const judged: Diagnostic[] = [];
  for (const [key, placements] of table.entries()) {
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
function settle(
  candidates: ReadonlyMap<ResourceKey, Resource>,
  table: DocumentTable,
  last: CommitInventory,
  holds: Holds,
  finished: (key: ResourceKey) => boolean,
): Map<ResourceKey, Resource> {
  for (;;) {
    const resources = compose(candidates, table, last, holds, finished);
    if (holds.all || (holds.units.size === 0 && holds.keys.size === 0)) return resources;
    let more = false;
    for (const finding of crossCheck({ resources: without(resources, finished), exists: () => false })) {
      more = holdMore(finding, last, holds) || more;
    }
    if (!more) return resources;
    holds.spread();
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

function compose(
  candidates: ReadonlyMap<ResourceKey, Resource>,
  table: DocumentTable,
  last: CommitInventory,
  holds: Holds,
  finished: (key: ResourceKey) => boolean,
): Map<ResourceKey, Resource> {
  const resources = new Map<ResourceKey, Resource>();
  const isHeld = (key: ResourceKey): boolean => holds.all || holds.keys.has(key);
  for (const [key, resource] of candidates) if (!isHeld(key)) resources.set(key, resource);
  for (const [key, resource] of last.resources()) {
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
  const [line, column] = document.positions[finding.pointer] ?? [document.line, 1];
  const { code, message, key } = finding;
  return { severity: 'error', code, message, file: path, line, column, key, ...(cluster !== undefined && { cluster }) };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1);
}
