import { resolveConnection } from '../../../schema/defaults.ts';
import { isBuiltIn, kindDefinition } from '../../../schema/registry.ts';
import { didYouMean } from '../../../schema/suggest.ts';
import type { Resource, ResourceKey } from '../../model/resource.ts';
import { keyOf, splitKey } from '../../model/resource.ts';
import type { Pace, Turns } from '../../model/turns.ts';
import { operationCycles } from './operation-cycles.ts';
import { referenceKey, resourceKey, resourceReferences } from './resource-references.ts';

/** A set of resources as cross-checks see it. */
export interface CrossCheckView {
  /** What is checked. Finished operations are not among it. */
  resources: ReadonlyMap<ResourceKey, Resource>;
  /** Whether a key names something, be it only a document that cannot be read: then a reference to it is not unknown. */
  exists: (key: ResourceKey) => boolean;
}

/** What does not fit together, said of one resource. */
export interface CrossFinding {
  key: ResourceKey;
  code: string;
  message: string;
  /** JSON pointer of the field concerned. */
  pointer: string;
  /** For an unknown reference: what it names. */
  missing?: ResourceKey;
  /** The field is a text of its own language, and this is the place in it; both from 1. */
  inText?: { line: number; column: number };
}

/** A further check of how resources fit together, which a kind brings. */
export type ResourceCheck = (view: CrossCheckView, pace: Pace) => Turns<CrossFinding[]>;

/** Looking for a near name among thousands takes time: only the first of many unknown references get a suggestion. */
const MOST_SUGGESTIONS = 20;
/** A cycle is told with so many names at most. */
const MOST_NAMES = 10;

/**
 * Everything that does not fit together, sorted by key; the order of `resources` does not matter. Linear in the number of
 * resources and references.
 */
export function* crossCheck(
  view: CrossCheckView,
  pace: Pace,
  checks: readonly ResourceCheck[] = [],
): Turns<CrossFinding[]> {
  const more: CrossFinding[] = [];
  for (const check of checks) more.push(...(yield* check(view, pace)));
  const hosts = yield* connections(view, pace);
  const findings = [
    ...(yield* unknownReferences(view, pace)),
    ...severalFleets(view),
    ...(yield* sharedEndpoints(hosts, pace)),
    ...(yield* jumpCycles(hosts, pace)),
    ...(yield* dependencyCycles(view, pace)),
    ...more,
  ].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.pointer < b.pointer ? -1 : 1));
  return withSuggestions(findings, view);
}

function withSuggestions(findings: CrossFinding[], { resources }: CrossCheckView): CrossFinding[] {
  let left = MOST_SUGGESTIONS;
  return findings.map((finding) => {
    if (finding.missing === undefined || left-- <= 0) return finding;
    const { kind, name } = splitKey(finding.missing);
    return { ...finding, message: `${finding.message}${didYouMean(name, namesOf(kind, resources))}` };
  });
}

function* unknownReferences({ resources, exists }: CrossCheckView, pace: Pace): Turns<CrossFinding[]> {
  const findings: CrossFinding[] = [];
  for (const resource of resources.values()) {
    if (pace.isOver()) yield;
    for (const reference of resourceReferences(resource)) {
      const missing = referenceKey(reference);
      if (resources.has(missing) || exists(missing)) continue;
      const { kind, name, pointer } = reference;
      if (isBuiltIn(kind, name)) continue;
      const message = `there is no ${kind} \`${name}\``;
      findings.push({ key: resourceKey(resource), code: 'unknown-reference', message, pointer, missing });
    }
  }
  return findings;
}

function* namesOf(kind: string, resources: ReadonlyMap<ResourceKey, Resource>): Generator<string> {
  yield* kindDefinition(kind)?.builtIn ?? [];
  for (const resource of resources.values()) if (resource.kind === kind) yield resource.metadata.name;
}

function severalFleets({ resources }: CrossCheckView): CrossFinding[] {
  const fleets = fleetKeys(resources);
  if (fleets.length < 2) return [];
  const names = fleets.map((key) => `\`${splitKey(key).name}\``).join(', ');
  const message = `there must be one Fleet, found ${names}: remove the others`;
  return fleets.map((key) => ({ key, code: 'several-fleets', message, pointer: '/metadata/name' }));
}

function fleetKeys(resources: ReadonlyMap<ResourceKey, Resource>): ResourceKey[] {
  const keys: ResourceKey[] = [];
  for (const [key, { kind }] of resources) if (kind === 'Fleet') keys.push(key);
  return keys.sort();
}

interface HostConnection {
  key: ResourceKey;
  name: string;
  endpoint: string;
  jumpHost?: string;
  /** The jump host is the Host's own, not its Cluster's or Fleet's. */
  ownJumpHost: boolean;
}

function* connections({ resources }: CrossCheckView, pace: Pace): Turns<Map<string, HostConnection>> {
  // With several (an error of its own) the first by name counts.
  const [fleetKey] = fleetKeys(resources);
  const fleet = fleetKey && (resources.get(fleetKey) as Resource<'Fleet'> | undefined);
  const found = new Map<string, HostConnection>();
  for (const resource of resources.values()) {
    if (pace.isOver()) yield;
    if (resource.kind !== 'Host') continue;
    const host = resource as Resource<'Host'>;
    const cluster = host.spec.cluster === undefined ? undefined : resources.get(keyOf('Cluster', host.spec.cluster));
    found.set(host.metadata.name, connectionOf(host, cluster as Resource<'Cluster'> | undefined, fleet));
  }
  return found;
}

/** Found once per host as long as its cluster and the fleet are the same: most commits change neither. */
const knownConnections = new WeakMap<
  Resource<'Host'>,
  { cluster: unknown; fleet: unknown; connection: HostConnection }
>();

function connectionOf(
  host: Resource<'Host'>,
  cluster: Resource<'Cluster'> | undefined,
  fleet: Resource<'Fleet'> | undefined,
): HostConnection {
  const known = knownConnections.get(host);
  if (known && known.cluster === cluster && known.fleet === fleet) return known.connection;
  const { name } = host.metadata;
  const { address, port, jumpHost } = resolveConnection(name, host.spec, cluster?.spec, fleet?.spec);
  const behind = jumpHost === undefined ? '' : ` behind ${jumpHost}`;
  const endpoint = `${address.toLowerCase()} port ${port}${behind}`;
  const connection = {
    key: keyOf('Host', name),
    name,
    endpoint,
    jumpHost,
    ownJumpHost: host.spec.jumpHost !== undefined,
  };
  knownConnections.set(host, { cluster, fleet, connection });
  return connection;
}

function* sharedEndpoints(hosts: ReadonlyMap<string, HostConnection>, pace: Pace): Turns<CrossFinding[]> {
  const byEndpoint = new Map<string, HostConnection[]>();
  for (const host of hosts.values()) {
    if (pace.isOver()) yield;
    const same = byEndpoint.get(host.endpoint);
    if (same) same.push(host);
    else byEndpoint.set(host.endpoint, [host]);
  }
  const findings: CrossFinding[] = [];
  for (const [endpoint, same] of byEndpoint) {
    if (pace.isOver()) yield;
    if (same.length < 2) continue;
    const [first, second] = same.map(({ name }) => name).sort();
    for (const { key, name } of same) {
      const other = name === first ? second! : first!;
      const message = `\`${other}\` has the same address: ${endpoint}`;
      findings.push({ key, code: 'address-used-twice', message, pointer: '/spec/address' });
    }
  }
  return findings;
}

/** Every host that is reached through itself. Each host has one way out, so a walk that meets its own trail found a cycle. */
function* jumpCycles(hosts: ReadonlyMap<string, HostConnection>, pace: Pace): Turns<CrossFinding[]> {
  const findings: CrossFinding[] = [];
  const walkOf = new Map<string, number>();
  let walk = 0;
  for (const start of hosts.values()) {
    if (pace.isOver()) yield;
    walk++;
    const trail: HostConnection[] = [];
    let host: HostConnection | undefined = start;
    while (host && !walkOf.has(host.name)) {
      walkOf.set(host.name, walk);
      trail.push(host);
      host = host.jumpHost === undefined ? undefined : hosts.get(host.jumpHost);
    }
    if (!host || walkOf.get(host.name) !== walk) continue;
    const cycle = fromFirstName(trail.slice(trail.indexOf(host)));
    const names = [...cycle, cycle[0]!].map(({ name }) => name).join(' → ');
    for (const { key, ownJumpHost } of cycle) {
      const pointer = ownJumpHost ? '/spec/jumpHost' : '/metadata/name';
      findings.push({ key, code: 'jump-host-cycle', message: `its jump hosts lead back to itself: ${names}`, pointer });
    }
  }
  return findings;
}

function* dependencyCycles({ resources }: CrossCheckView, pace: Pace): Turns<CrossFinding[]> {
  const cycles = yield* operationCycles(resources, pace);
  return cycles.map(({ key, names, pointer }) => {
    const way = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), '…', names.at(-1)!] : names;
    return { key, code: 'dependency-cycle', message: `it depends on itself: ${way.join(' → ')}`, pointer };
  });
}

/** The same cycle, told from the host that is first by name. */
function fromFirstName(cycle: readonly HostConnection[]): HostConnection[] {
  const first = cycle.reduce((best, { name }, index) => (name < cycle[best]!.name ? index : best), 0);
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}
