import { dirname, resolve } from 'node:path';
import type { DaemonConfig as DaemonDocument } from '../../schema/generated/types.ts';
import { API_VERSION } from '../../schema/registry.ts';
import { validateDaemonConfig } from '../../schema/validate.ts';
import { InvalidInput } from '../model/errors.ts';
import { absoluteUrl, buildConfig } from './build-config.ts';
import type { DaemonConfig } from './daemon-config.ts';
import { invalidConfig, readConfigFile } from './read-file.ts';

/** What the command line says; each wins over the file. Paths are relative to the working folder. */
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
}

export interface LoadOptions {
  /** Configuration file; without one the flags must say enough. */
  file?: string | undefined;
  flags?: DaemonFlags;
  environment: Record<string, string | undefined>;
  workingFolder: string;
  /** Used when neither file nor flags name a state folder. */
  defaultState: string;
}

type Fields = Record<string, unknown>;

/**
 * The daemon's configuration: the file, with the flags over it, with defaults under it; checked against the schema, and
 * every file and variable that it names looked at. Throws InvalidInput: `CONFIG_UNREADABLE`, `CONFIG_INVALID` (all
 * mistakes with file, line and column), `CONFIG_INCOMPLETE`, `SECRET_MISSING`.
 */
export async function loadDaemonConfig(options: LoadOptions): Promise<DaemonConfig> {
  const flags = options.flags ?? {};
  const path = options.file === undefined ? undefined : resolve(options.workingFolder, options.file);
  if (path === undefined) requireFlags(flags);
  const file = path === undefined ? undefined : await readConfigFile(path);
  const value = file === undefined ? fromFlagsAlone(options) : file.value;
  const document = isFields(value) ? withFlags(value, flags, options.workingFolder) : value;

  const findings = validateDaemonConfig(document);

  if (findings.length > 0) {
    throw invalidConfig(findings.map((each) => `${file?.locate(each) ?? 'the command line'}: ${each.message}`));
  }
  return buildConfig(document as DaemonDocument, {
    environment: options.environment,
    folder: path === undefined ? options.workingFolder : dirname(path),
  });
}

function requireFlags(flags: DaemonFlags): void {
  const missing = [...(flags.repo ? [] : ['--repo']), ...(flags.fleet ? [] : ['--fleet'])];
  if (missing.length === 0) return;
  throw new InvalidInput(`The daemon does not know enough to run: ${missing.join(' and ')} not given.`, {
    code: 'CONFIG_INCOMPLETE',
    hint: 'Give --config FILE, or --repo URL and --fleet NAME.',
  });
}

function fromFlagsAlone({ environment, defaultState }: LoadOptions): Fields {
  const agent = environment['SSH_AUTH_SOCK'] ? { ssh: { identities: { default: { agent: true } } } } : {};
  return { apiVersion: API_VERSION, kind: 'Daemon', state: defaultState, ...agent };
}

/** The document with the flags in it. Paths of flags become absolute, since those of the file start elsewhere. */
function withFlags(document: Fields, flags: DaemonFlags, folder: string): Fields {
  const repository = {
    ...fieldsOf(document['repository']),
    ...(flags.repo === undefined ? {} : { url: absoluteUrl(flags.repo, { folder }) }),
    ...(flags.branch === undefined ? {} : { branch: flags.branch }),
  };
  const merged: Fields = { ...document };
  if (flags.repo !== undefined || flags.branch !== undefined) merged['repository'] = repository;
  if (flags.fleet !== undefined) merged['fleet'] = flags.fleet;
  if (flags.state !== undefined) merged['state'] = resolve(folder, flags.state);
  if (flags.etcd !== undefined && flags.etcd.length > 0) {
    const store = fieldsOf(document['store']);
    merged['store'] = { ...store, etcd: { ...fieldsOf(store['etcd']), endpoints: [...flags.etcd] } };
  }
  if (flags.identity !== undefined) {
    const ssh = fieldsOf(document['ssh']);
    const identities = { ...fieldsOf(ssh['identities']), default: { keyFile: resolve(folder, flags.identity) } };
    merged['ssh'] = { ...ssh, identities };
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}
