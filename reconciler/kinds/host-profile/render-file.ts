import type { ProfileFile } from '../../../schema/generated/types.ts';
import type { WantedFile } from '../../hosts/profile/wanted.ts';
import type { JsonObject } from '../../model/json.ts';
import type { TemplateFault } from '../../templates/fault.ts';
import { parseTemplate } from '../../templates/template.ts';
import type { ParsedTemplate } from '../../templates/template.ts';
import type { ProfileExtra, SecretName } from './extra.ts';
import { secretOf } from './extra.ts';
import type { Placed } from './family-profile.ts';
import type { Impossible } from './impossible.ts';
import { impossible } from './impossible.ts';
import type { ClusterScope } from './values.ts';

/** A file that is the same on all hosts of a cluster, one that is not, or none. */
export type FileAnswer = { file: WantedFile | undefined } | { impossible: Impossible };

const parsed = new WeakMap<ProfileFile, ParsedTemplate>();

/** The template of a file; read once. */
export function templateOf(file: ProfileFile): ParsedTemplate {
  let found = parsed.get(file);
  if (!found) {
    found = parseTemplate(file.template ?? '');
    parsed.set(file, found);
  }
  return found;
}

/** Whether a file differs from host to host of one cluster. */
export function isPerHost({ item }: Placed<ProfileFile>): boolean {
  if (item.template === undefined) return false;
  const answer = templateOf(item);
  return 'template' in answer && answer.template.reads.some(({ path }) => path[0] === 'host');
}

/** One file with what is in it. */
export function renderFile(
  placed: Placed<ProfileFile>,
  values: JsonObject,
  scope: ClusterScope,
  extra: ProfileExtra,
): FileAnswer {
  const { item } = placed;
  if (item.from !== undefined) return secretFile(item, item.from, scope, extra);
  if (item.template === undefined) return { file: wantedFile(item, item.content ?? '') };
  const answer = templateOf(item);
  if ('fault' in answer) return templateFailed(placed, answer.fault, scope);
  const rendered = answer.template.render(values);
  return 'fault' in rendered
    ? templateFailed(placed, rendered.fault, scope)
    : { file: wantedFile(item, rendered.text) };
}

function wantedFile(item: ProfileFile, content: WantedFile['content']): WantedFile {
  return {
    path: item.path,
    content,
    // A secret is nobody else's unless it is said so.
    mode: item.mode ?? (item.from === undefined ? '0644' : '0600'),
    owner: item.owner ?? 'root',
    group: item.group ?? 'root',
    ...(item.check && { check: item.check }),
  };
}

function secretFile(item: ProfileFile, from: SecretName, scope: ClusterScope, extra: ProfileExtra): FileAnswer {
  const secret = secretOf(from, extra);
  if (secret) return { file: wantedFile(item, secret) };
  const owner = namedBy(from, scope);
  if (owner === undefined && item.optional) return { file: undefined };
  const why = owner === undefined ? whereToName(from) : whyNotRead(from, owner, scope);
  return impossible('SECRET_MISSING', `There is no \`${from}\` for ${item.path}: ${why}.`);
}

function whereToName(from: SecretName): string {
  return from.startsWith('etcd.')
    ? "name its file in `profiles.etcd` of the daemon's configuration"
    : "the cluster's ContainerManager has to name it";
}

function whyNotRead(from: SecretName, owner: string, { containerManager }: ClusterScope): string {
  return from === 'containerManager.token' && containerManager?.spec.tokenFrom?.env !== undefined
    ? `${owner} names a variable of the daemon, and only what stands in a file goes to hosts`
    : `the daemon could not read what ${owner} names`;
}

/** The object that says where a secret is found. The etcd stands in the daemon's configuration: what is not given is not named. */
function namedBy(from: SecretName, { containerManager }: ClusterScope): string | undefined {
  if (!containerManager) return undefined;
  const { caFile, clientCertificateFrom, tokenFrom } = containerManager.spec;
  const named: Partial<Record<SecretName, unknown>> = {
    'containerManager.ca': caFile,
    'containerManager.clientCertificate': clientCertificateFrom,
    'containerManager.clientKey': clientCertificateFrom,
    'containerManager.token': tokenFrom,
  };
  return named[from] === undefined ? undefined : `ContainerManager/${containerManager.metadata.name}`;
}

function templateFailed(
  { item, profile }: Placed<ProfileFile>,
  { line, column, message, variable }: TemplateFault,
  scope: ClusterScope,
): { impossible: Impossible } {
  const place = `HostProfile/${profile}, the template of ${item.path}, line ${line} column ${column}`;
  const why = variable === undefined ? '' : whyAbsent(variable, scope);
  return impossible('TEMPLATE_FAILED', `${place}: ${message}${why}.`);
}

/** Why a variable that is known has no value here. */
function whyAbsent(variable: string, { cluster, network, containerManager }: ClusterScope): string {
  const [root] = variable.split('.');
  const name = `the Cluster \`${cluster.metadata.name}\``;
  if (root === 'network' && !network) return `: ${name} names no Network`;
  if (root === 'network') return `: the Network \`${network!.metadata.name}\` does not say it`;
  if (root === 'containerManager' && !containerManager) return `: ${name} names no ContainerManager`;
  if (root === 'etcd') return ': the daemon has none for hosts, name it in `profiles.etcd` of its configuration';
  if (variable.startsWith('host.labels')) return ': the host has no such label';
  return '';
}
