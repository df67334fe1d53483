import { resolve } from 'node:path';
import type { DaemonConfig as DaemonDocument } from '../../schema/generated/types.ts';
import type { Finding } from '../../schema/finding.ts';
import { splitPointer } from '../../schema/finding.ts';
import { API_VERSION } from '../../schema/registry.ts';
import { validateDaemonConfig } from '../../schema/validate.ts';
import { InvalidInput } from '../model/errors.ts';
import { absolutePaths } from './absolute-paths.ts';
import { buildConfig } from './build-config.ts';
import type { DaemonConfig } from './daemon-config.ts';
import { findingsOf } from './document-layer.ts';
import { flagsLayer, type DaemonFlags } from './flags.ts';
import { isFields, type Layer } from './layer.ts';
import { mergeLayers } from './merge.ts';
import { invalidConfig } from './parse-document.ts';
import { etcdLayer, etcdSource } from './read-etcd.ts';
import { fileLayer } from './read-file.ts';
import { environmentLayer } from './variables.ts';

export interface LoadOptions {
  /** The machine's own file, looked at first; it need not be there. Absent: none is looked for. */
  systemFile?: string | undefined;
  /** Configuration file that must be there. */
  file?: string | undefined;
  flags?: DaemonFlags;
  environment: Record<string, string | undefined>;
  workingFolder: string;
  /** Used when no source names a state folder. */
  defaultState: string;
  /** Used when no source names a fleet: for reading one, which needs no name. */
  defaultFleet?: string | undefined;
}

/** The merged configuration before anything that it names was looked at. */
export interface MergedConfig {
  /** Valid, with absolute paths and without the schema's defaults. */
  document: DaemonDocument;
  /** The layer of each value, by JSON pointer. */
  origins: ReadonlyMap<string, Layer>;
  /** Every source that was looked at, weakest first. */
  sources: { source: string; found: boolean }[];
  /** Variables of our prefix that mean nothing, as sentences. */
  unknown: string[];
}

/**
 * The daemon's configuration from all its sources, with every file and variable that it names looked at. Throws what
 * `mergeConfig` throws, and InvalidInput `SECRET_MISSING`, `SECRET_AMBIGUOUS`.
 */
export async function loadDaemonConfig(options: LoadOptions): Promise<DaemonConfig> {
  return checkConfig(await mergeConfig(options), options.environment);
}

/**
 * Looks at every file and variable that a merged configuration names; `withView: false` leaves the view out, whose files are for who serves
 * it. Throws InvalidInput `SECRET_MISSING`, `SECRET_AMBIGUOUS`.
 */
export async function checkConfig(
  { document, origins }: MergedConfig,
  environment: LoadOptions['environment'],
  { withView = true }: { withView?: boolean } = {},
): Promise<DaemonConfig> {
  const places = new Map([...origins].map(([at, layer]) => [splitPointer(at).join('.'), { layer, at }]));
  const { view, ...rest } = document;
  return buildConfig(withView && view ? document : rest, {
    environment,
    origin(field) {
      const found = places.get(field);
      return found?.layer.locate({ pointer: found.at, at: 'value' }) ?? 'default';
    },
  });
}

/**
 * The configuration of all sources, in the order of growing strength: defaults, the machine's file, the file that is named,
 * the key in etcd, the environment, flags. Maps are merged at every depth. Throws InvalidInput `CONFIG_UNREADABLE`,
 * `CONFIG_INVALID` (all mistakes, each with its source), `CONFIG_INCOMPLETE`, and Transient `CONFIG_UNREACHABLE` (etcd).
 */
export async function mergeConfig(options: LoadOptions): Promise<MergedConfig> {
  const { systemFile, environment, workingFolder } = options;
  const sources: MergedConfig['sources'] = [];
  const documents: Layer[] = [];
  const look = async (source: string | undefined, read: () => Promise<Layer | undefined>): Promise<void> => {
    if (source === undefined) return;
    const layer = await read();
    sources.push({ source, found: layer !== undefined });
    if (layer) documents.push(layer);
  };
  const named = options.file === undefined ? undefined : resolve(workingFolder, options.file);
  if (systemFile !== named) await look(systemFile, () => fileLayer(systemFile!, { optional: true }));
  await look(named, () => fileLayer(named!));
  await look(etcdSource(environment), () => etcdLayer(environment));
  const { layer, unknown } = environmentLayer(environment);
  const variables = { ...layer, fields: absolutePaths(layer.fields, workingFolder) };
  const layers = [
    defaultsLayer(options, documents.length > 0),
    ...documents,
    variables,
    flagsLayer(options.flags ?? {}, workingFolder),
  ];

  const { fields, origins } = mergeLayers(layers);

  const mistakes = layers.flatMap((each) => findingsOf(each).map((finding) => ({ finding, at: each.locate(finding) })));
  const known = new Set(mistakes.map(({ finding }) => `${finding.pointer} ${finding.message}`));
  const missing = validateDaemonConfig(fields).filter(({ pointer, message }) => !known.has(`${pointer} ${message}`));
  if (mistakes.length === 0 && documents.length === 0) requireEnough(missing);
  const lines = [...mistakes, ...missing.map((finding) => ({ finding, at: placeOf(finding, layers) }))];
  if (lines.length > 0) throw invalidConfig(lines.map(({ at, finding }) => `${at}: ${finding.message}`));
  for (const each of layers.slice(-2))
    sources.push({ source: each.source, found: Object.keys(each.fields).length > 0 });
  return { document: fields as unknown as DaemonDocument, origins, sources, unknown };
}

/** Without a document the agent's keys are used, where there is one. */
function defaultsLayer({ environment, defaultState, defaultFleet }: LoadOptions, hasDocument: boolean): Layer {
  const agent = !hasDocument && environment['SSH_AUTH_SOCK'];
  return {
    source: 'default',
    fields: {
      apiVersion: API_VERSION,
      kind: 'Daemon',
      state: defaultState,
      ...(defaultFleet !== undefined && { fleet: defaultFleet }),
      ...(agent && { ssh: { identities: { default: { agent: true } } } }),
    },
    locate: () => 'default',
  };
}

/** Where a field is missing: in the strongest source that says something of what it belongs to. */
function placeOf(finding: Finding, layers: readonly Layer[]): string {
  const path = splitPointer(finding.pointer);
  const holder = layers.findLast(({ fields, source }) => {
    if (source === 'default') return false;
    let at: unknown = fields;
    for (const name of path) at = isFields(at) ? at[name] : undefined;
    return isFields(at) && Object.keys(at).length > 0;
  });
  return holder?.locate(finding) ?? 'default';
}

function requireEnough(findings: readonly Finding[]): void {
  const texts = findings.map(({ message }) => message);
  const missing = [
    ...(texts.some((text) => /^`repository(\.url)?` is missing/.test(text)) ? ['--repo'] : []),
    ...(texts.some((text) => text.startsWith('`fleet` is missing')) ? ['--fleet'] : []),
  ];
  if (missing.length === 0) return;
  throw new InvalidInput(`The daemon does not know enough to run: ${missing.join(' and ')} not given.`, {
    code: 'CONFIG_INCOMPLETE',
    hint: 'Give --config FILE, write /etc/intendant/intendant.yaml, or give --repo URL and --fleet NAME.',
  });
}
