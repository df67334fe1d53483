import { absolutePaths } from './absolute-paths.ts';
import { layerOf, type Assignment, type Layer } from './layer.ts';
import { parseSetting } from './variables.ts';

/** What the command line says; each wins over every other source. Paths are relative to the working folder. */
export interface DaemonFlags {
  /** Address of the config repository. */
  repo?: string | undefined;
  branch?: string | undefined;
  fleet?: string | undefined;
  state?: string | undefined;
  /** Endpoints of etcd. */
  etcd?: readonly string[] | undefined;
  /** File of the private key to log in to hosts with. */
  identity?: string | undefined;
  /** `FIELD=VALUE` for every other field; an empty value takes the field away. */
  set?: readonly string[] | undefined;
}

/** What the flags say. Throws InvalidInput `CONFIG_INVALID` for a setting that is none. */
export function flagsLayer(flags: DaemonFlags, workingFolder: string): Layer {
  const all: Assignment[] = [
    { path: ['repository', 'url'], value: flags.repo, by: '--repo' },
    { path: ['repository', 'branch'], value: flags.branch, by: '--branch' },
    { path: ['fleet'], value: flags.fleet, by: '--fleet' },
    { path: ['state'], value: flags.state, by: '--state' },
    { path: ['store', 'etcd', 'endpoints'], value: flags.etcd?.length ? [...flags.etcd] : undefined, by: '--etcd' },
    { path: ['ssh', 'identities', 'default', 'keyFile'], value: flags.identity, by: '--identity' },
    ...(flags.set ?? []).map(parseSetting),
  ];
  const layer = layerOf(
    'command line',
    all.filter(({ value }) => value !== undefined),
  );
  return { ...layer, fields: absolutePaths(layer.fields, workingFolder) };
}
