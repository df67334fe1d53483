import type { Json, JsonObject } from '../reconciler/model/json.ts';
import type {
  Check,
  ClusterSpec,
  Connection,
  DaemonConfig,
  DaemonRepository,
  DaemonSsh,
  DaemonStatus,
  DaemonStore,
  FleetSpec,
  HostSpec,
  OperationSpec,
  RestartOperation,
  Rollout,
  RunOperation,
} from './generated/types.ts';
import { COMMON_SCHEMA, DAEMON_SCHEMA, kindDefinition } from './registry.ts';
import { resolveRef } from './resolve-ref.ts';
import type { SchemaNode } from './schema-node.ts';

/** `T` with these fields present. */
type Filled<T, K extends keyof T> = T & Required<Pick<T, K>>;

export type CheckSettings = Filled<Check, 'timeout' | 'retries' | 'interval'>;
export type RolloutSettings = Filled<Rollout, 'batches' | 'maxFailures' | 'minHealthyTime'>;

/** The Fleet with its defaults; `{}` stands for a repository without one. */
export interface FleetSettings extends FleetSpec {
  status: Required<NonNullable<FleetSpec['status']>>;
  checks: Required<NonNullable<FleetSpec['checks']>>;
  retryInterval: string;
  pruneGuard: string;
}

interface OperationDefaults {
  timeout: string;
  suspend: boolean;
  cancel: boolean;
  retry: number;
  checks: { before: CheckSettings[]; after: CheckSettings[] };
}
/** An Operation with its defaults. Its rollout is not filled in: that takes the Cluster, see `resolveRollout`. */
export type OperationSettings = (RestartOperation | (RunOperation & { args: string[] })) & OperationDefaults;

/** The daemon's configuration with its defaults. */
export interface DaemonSettings extends DaemonConfig {
  repository: Filled<DaemonRepository, 'branch' | 'path' | 'poll'>;
  status: DaemonStatus;
  store: DaemonStore;
  ssh: Filled<DaemonSsh, 'identities' | 'maxConcurrentStarts' | 'connectTimeout' | 'dialMap' | 'hostKeyMap'>;
}

/** How a host is reached, all levels taken together. */
export interface ConnectionSettings {
  address: string;
  port: number;
  user: string;
  identity: string;
  /** Name of the Host to go through. */
  jumpHost?: string;
  /** What is done about a key that nobody has named. */
  hostKeyPolicy: 'pinned' | 'trust-on-first-use';
  /** Public keys that the Host names. */
  hostKeys: readonly string[];
}

export function fleetSettings(spec: FleetSpec): FleetSettings {
  return fill(kindDefinition('Fleet')!.schema, '/spec', spec) as FleetSettings;
}

export function operationSettings(spec: OperationSpec): OperationSettings {
  return fill(kindDefinition('Operation')!.schema, '/spec', spec) as OperationSettings;
}

export function daemonSettings(config: DaemonConfig): DaemonSettings {
  return fill(DAEMON_SCHEMA, '', config) as DaemonSettings;
}

/**
 * How the host `name` is reached: its own fields, else its Cluster's, else its Fleet's, else the schema's defaults. A host
 * that its Cluster or Fleet names as jump host does not jump through itself.
 */
export function resolveConnection(
  name: string,
  host: HostSpec,
  cluster: ClusterSpec | undefined,
  fleet: FleetSpec | undefined,
): ConnectionSettings {
  const inherited: Connection = { ...CONNECTION_DEFAULTS, ...fleet?.connection, ...cluster?.connection };
  const general = inherited.jumpHost === name ? undefined : inherited.jumpHost;
  return {
    address: host.address,
    port: host.port ?? inherited.port!,
    user: host.user ?? inherited.user!,
    identity: host.identity ?? inherited.identity!,
    jumpHost: host.jumpHost ?? general,
    hostKeyPolicy: inherited.hostKeys!,
    hostKeys: host.hostKeys ?? [],
  };
}

/** The rollout in force: field by field the Operation's, else the Cluster's, else the schema's default. */
export function resolveRollout(operation: Rollout | undefined, cluster: Rollout | undefined): RolloutSettings {
  return { ...ROLLOUT_DEFAULTS, ...cluster, ...operation } as RolloutSettings;
}

const CONNECTION_DEFAULTS = inheritedDefaults('Connection') as Connection;
const ROLLOUT_DEFAULTS = inheritedDefaults('Rollout') as Rollout;

function inheritedDefaults(definition: string): JsonObject {
  const defaults: JsonObject = {};
  for (const [name, node] of Object.entries(COMMON_SCHEMA.$defs?.[definition]?.properties ?? {})) {
    if (node.default !== undefined) defaults[name] = node.default;
  }
  return defaults;
}

/** A copy of `value` in which the defaults of the schema's part at `at` are filled in. Inherited ones are left out. */
function fill(schema: SchemaNode, at: '' | '/spec', value: unknown): unknown {
  return withDefaults(at === '' ? schema : (schema.properties?.spec ?? {}), schema, value as Json);
}

function withDefaults(raw: SchemaNode, home: SchemaNode, value: Json): Json {
  const { node, root } = resolveRef(raw, home);
  if (Array.isArray(value)) return node.items ? value.map((entry) => withDefaults(node.items!, root, entry)) : value;
  if (typeof value !== 'object' || value === null) return value;
  const variant = variantOf(node, root, value);
  if (variant) return withDefaults(variant, root, value);
  const copy: JsonObject = { ...value };
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const full = resolveRef(member, root).node;
    const fallback = full['x-intendant-inherited'] ? undefined : full.default;
    const present = copy[name] ?? fallback;
    if (present !== undefined) copy[name] = withDefaults(member, root, present);
  }
  return copy;
}

function variantOf(node: SchemaNode, root: SchemaNode, value: JsonObject): SchemaNode | undefined {
  const tag = node.discriminator?.propertyName;
  if (tag === undefined) return undefined;
  return node.oneOf?.find((variant) => resolveRef(variant, root).node.properties?.[tag]?.const === value[tag]);
}
