import { readFile } from 'node:fs/promises';
import { InvalidInput, messageOf, Transient } from '../model/errors.ts';
import { Sensitive } from '../model/sensitive.ts';
import { connectEtcd, type EtcdOptions } from '../store/etcd-connection.ts';
import { refusesLogin } from '../store/etcd-errors.ts';
import { relativePaths } from './absolute-paths.ts';
import { documentLayer } from './document-layer.ts';
import type { Layer } from './layer.ts';
import { invalidConfig } from './parse-document.ts';

/** The key that holds the configuration, where `INTENDANT_CONFIG_KEY` names no other. */
export const CONFIG_KEY = '/intendant/config';

type Environment = Readonly<Record<string, string | undefined>>;

/** `etcd key /intendant/config`, where `ETCD_MACHINES` says that there is one to look at. */
export function etcdSource(environment: Environment): string | undefined {
  return environment['ETCD_MACHINES'] ? `etcd key ${keyOf(environment)}` : undefined;
}

/**
 * What the key in etcd says: a document of the form of the file. `ETCD_MACHINES` (URLs with commas between them) says where,
 * `ETCD_CACERT`, `ETCD_TLSPEM` with `ETCD_TLSKEY` (paths), `ETCD_USERNAME` with `ETCD_PASSWORD` how. Undefined when the key
 * is empty or not there. Throws InvalidInput `CONFIG_INVALID`, `CONFIG_UNREADABLE`, and Transient `CONFIG_UNREACHABLE`.
 */
export async function etcdLayer(environment: Environment): Promise<Layer | undefined> {
  const source = etcdSource(environment);
  if (source === undefined) return undefined;
  const options = await optionsOf(environment);
  const text = await read(source, keyOf(environment), options);
  if (text.trim() === '') return undefined;
  const layer = documentLayer(text, source, (fields) => fields);
  const relative = relativePaths(layer.fields);
  if (relative.length > 0) {
    const lines = relative.map((pointer) => layer.locate({ pointer, at: 'value' }));
    throw invalidConfig(lines.map((at) => `${at}: a path in etcd must be absolute, since it starts at no folder`));
  }
  return layer;
}

function keyOf(environment: Environment): string {
  return environment['INTENDANT_CONFIG_KEY'] || CONFIG_KEY;
}

async function optionsOf(environment: Environment): Promise<EtcdOptions> {
  const endpoints = (environment['ETCD_MACHINES'] ?? '').split(',').map((each) => each.trim().replace(/\/$/, ''));
  const faults = [
    ...(endpoints.every((each) => /^https?:\/\/[^/@\s]+$/.test(each))
      ? []
      : ['ETCD_MACHINES: must be URLs such as https://10.20.0.2:2379, with commas between them']),
    ...(new Set(endpoints.map((each) => each.split(':')[0])).size > 1
      ? ['ETCD_MACHINES: all must be http, or all https']
      : []),
    ...together(environment, 'ETCD_TLSPEM', 'ETCD_TLSKEY'),
    ...together(environment, 'ETCD_USERNAME', 'ETCD_PASSWORD'),
  ];
  if (faults.length > 0) throw invalidConfig(faults);
  const key = await file(environment, 'ETCD_TLSKEY');
  const password = environment['ETCD_PASSWORD'];
  return {
    endpoints,
    fleet: '',
    ca: await file(environment, 'ETCD_CACERT'),
    certificate: await file(environment, 'ETCD_TLSPEM'),
    key: key && new Sensitive(key.toString('utf8')),
    username: environment['ETCD_USERNAME'] || undefined,
    password: password ? new Sensitive(password) : undefined,
  };
}

function together(environment: Environment, one: string, other: string): string[] {
  if (Boolean(environment[one]) === Boolean(environment[other])) return [];
  const [set, missing] = environment[one] ? [one, other] : [other, one];
  return [`${set}: set, but ${missing} is not`];
}

async function file(environment: Environment, name: string): Promise<Buffer | undefined> {
  const path = environment[name];
  if (!path) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new InvalidInput(`${name} names ${path}, which cannot be read (${reason}).`, {
      code: 'CONFIG_UNREADABLE',
      hint: 'Check the path and that the daemon may read the file.',
      cause,
    });
  }
}

async function read(source: string, key: string, options: EtcdOptions): Promise<string> {
  try {
    const connection = await connectEtcd(options);
    try {
      const request = { key: Buffer.from(key) };
      const { kvs } = await connection.read('be read', (call) => connection.etcd.kv.range(request, call));
      return kvs[0]?.value.toString('utf8') ?? '';
    } finally {
      connection.etcd.close();
    }
  } catch (cause) {
    const inner = cause instanceof Transient ? cause.cause : cause;
    const message = `The ${source} cannot be read at ${options.endpoints.join(', ')} (ETCD_MACHINES): ${messageOf(inner)}`;
    if (refusesLogin(inner)) {
      const hint = `Check ETCD_USERNAME and ETCD_PASSWORD, and that the user may read ${key}.`;
      throw new InvalidInput(message, { code: 'CONFIG_UNREADABLE', hint, cause });
    }
    const hint = 'Check that etcd runs and can be reached from here, and ETCD_CACERT, ETCD_TLSPEM and ETCD_TLSKEY.';
    throw new Transient(message, { code: 'CONFIG_UNREACHABLE', hint, cause });
  }
}
