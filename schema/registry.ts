import { InvalidInput } from '../reconciler/model/errors.ts';
import { digestOf } from '../reconciler/model/digest.ts';
import { BUILT_IN_PROFILES } from './built-in-profiles.ts';
import { SCHEMAS } from './generated/schemas.ts';
import type { SchemaNode } from './schema-node.ts';

/** A kind of document: its names and its schema. */
export interface KindDefinition {
  /** As documents write it: `ContainerManager`. */
  kind: string;
  /** For the command line: `containermanagers`. */
  plural: string;
  /** Further names that the command line accepts: `cm`. */
  shortNames: readonly string[];
  /** The schema of the whole document; its `$id` is unique. */
  schema: SchemaNode;
  /** Names of objects that are there without a document, and that others may refer to. */
  builtIn?: readonly string[];
  /** Cross-checks may name any field of such a document: the place of each is kept, which takes room for each document. */
  placed?: boolean;
}

/** The version of the form of documents that this build reads. */
export const API_VERSION = 'intendant/v1';

/** Parts that several schemas refer to. */
export const COMMON_SCHEMA: SchemaNode = SCHEMAS.common;
/** Schema of an Operation, whose spec a schedule holds too. */
export const OPERATION_SCHEMA: SchemaNode = SCHEMAS.operation;
/** Schema of the daemon's own configuration: validated like a kind, but never a document of the repository. */
export const DAEMON_SCHEMA: SchemaNode = SCHEMAS.daemon;

const definitions = new Map<string, KindDefinition>();
let digest: string | undefined;

registerKind({ kind: 'Fleet', plural: 'fleets', shortNames: [], schema: SCHEMAS.fleet });
registerKind({ kind: 'Cluster', plural: 'clusters', shortNames: ['cl'], schema: SCHEMAS.cluster });
registerKind({ kind: 'Host', plural: 'hosts', shortNames: ['ho'], schema: SCHEMAS.host });
registerKind({ kind: 'Network', plural: 'networks', shortNames: ['net'], schema: SCHEMAS.network });
registerKind({
  kind: 'ContainerManager',
  plural: 'containermanagers',
  shortNames: ['cm', 'container-manager', 'container-managers'],
  schema: SCHEMAS['container-manager'],
});
registerKind({
  kind: 'HostProfile',
  plural: 'hostprofiles',
  shortNames: ['hp', 'profile', 'profiles'],
  schema: SCHEMAS['host-profile'],
  builtIn: BUILT_IN_PROFILES,
  placed: true,
});
registerKind({ kind: 'Operation', plural: 'operations', shortNames: ['op', 'ops'], schema: SCHEMAS.operation });
registerKind({
  kind: 'OperationSchedule',
  plural: 'operationschedules',
  shortNames: ['os', 'schedule', 'schedules'],
  schema: SCHEMAS['operation-schedule'],
});

/**
 * Makes a kind known: validated, listed, found by its names. A package from outside calls it before the first document
 * is read. Throws InvalidInput `KIND_TAKEN` when the kind or one of its names is taken.
 */
export function registerKind(definition: KindDefinition): void {
  const taken = namesOf(definition).find((name) => findKind(name) !== undefined);
  if (taken !== undefined) {
    throw new InvalidInput(`The kind ${definition.kind} cannot be registered: the name "${taken}" is taken.`, {
      code: 'KIND_TAKEN',
      hint: 'Give it another kind, plural or short name.',
    });
  }
  definitions.set(definition.kind, definition);
  digest = undefined;
}

/** All kinds, in the order in which they were registered. */
export function allKinds(): readonly KindDefinition[] {
  return [...definitions.values()];
}

/** The definition of a kind as documents write it. */
export function kindDefinition(kind: string): KindDefinition | undefined {
  return definitions.get(kind);
}

/** Whether an object is there without a document. */
export function isBuiltIn(kind: string, name: string): boolean {
  return definitions.get(kind)?.builtIn?.includes(name) ?? false;
}

/** A kind by any of its names, in any case: `Host`, `host`, `hosts`, `ho`. */
export function findKind(name: string): KindDefinition | undefined {
  const wanted = name.toLowerCase();
  for (const definition of definitions.values()) if (namesOf(definition).includes(wanted)) return definition;
  return undefined;
}

/** Digest over all schemas: documents validated under another digest are validated again. */
export function schemaDigest(): string {
  digest ??= digestOf([COMMON_SCHEMA, ...allKinds().map(({ kind, schema }) => [kind, schema])]);
  return digest;
}

function namesOf({ kind, plural, shortNames }: KindDefinition): string[] {
  return [kind, plural, ...shortNames].map((name) => name.toLowerCase());
}
