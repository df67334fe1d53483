import { keyOf, type Kind, type Resource } from '../../model/resource.ts';
import { cleanText } from '../../status/text.ts';
import type { ViewContext } from '../http/context.ts';
import { findHost } from './fleet-index.ts';

type Reading = Pick<ViewContext, 'desired'>;

/** A line for whoever wants to change something: which file of the config repository says it, else which document would. */
export type ChangeIt = (parameters: Record<string, string>, context: Reading) => string;

/** The document of an object. */
export function ofKind(kind: Kind): ChangeIt {
  return ({ name = '' }, { desired: { inventory } }) => inFile(inventory.get(keyOf(kind, name))) ?? write(kind, name);
}

/** The document of a host. */
export const ofHost: ChangeIt = ({ address = '' }, { desired: { inventory } }) =>
  inFile(findHost(inventory, address)) ??
  `${start('Host')} with spec.address: ${shown(address)} in the config repository, and commit it.`;

/** Where the cluster of a host is said. */
export const ofMembership: ChangeIt = ({ name = '', address = '' }, { desired: { inventory } }) => {
  const file = placeOf(findHost(inventory, address));
  const where = file === undefined ? start('Host') : `Edit ${file}`;
  return `${where}: spec.cluster: ${shown(name)} makes it a host of that cluster. Commit it in the config repository.`;
};

/** Where the hosts of a cluster are said. */
export const ofMembers: ChangeIt = ({ name = '' }) =>
  `The hosts of a cluster are those whose document of kind Host says spec.cluster: ${shown(name)}: edit those in the config repository, and commit.`;

/** A new operation: each is a document of its own. */
export function ofOperation(type: string): ChangeIt {
  return ({ name = '' }) =>
    `${start('Operation')} with spec.type: ${type} and spec.target.cluster: ${shown(name)} in the config repository, and commit it.`;
}

/** Any object of a kind. */
export function ofAny(kind: Kind): ChangeIt {
  return () => `${start(kind)} in the config repository, or edit one that is there, and commit it.`;
}

function inFile(resource: Resource | undefined): string | undefined {
  const place = placeOf(resource);
  return place && `Edit ${place} in the config repository, and commit it.`;
}

/** `hosts/web.yaml:12`; undefined: no document holds it. */
function placeOf(resource: Resource | undefined): string | undefined {
  if (!resource?.origin.oid) return undefined;
  return `${cleanText(resource.origin.file, 300)}:${resource.origin.line}`;
}

function write(kind: Kind, name: string): string {
  return `${start(kind)} with metadata.name: ${shown(name)} in the config repository, and commit it.`;
}

function start(kind: Kind): string {
  return `Write a document of kind ${kind}`;
}

/** What the client sent, so that it can be told from our own words. */
function shown(text: string): string {
  return JSON.stringify(cleanText(text, 100));
}
