import type { Principal, Role } from '../http/principal.ts';
import type { Identity } from './authenticator.ts';
import type { CredsReaders } from './settings.ts';
import { isMember } from './texts.ts';

/** Who asks, with the roles that the configuration gives: everybody who signed in may view. */
export function principalOf(identity: Identity, by: string, readers: CredsReaders): Principal {
  const { name, groups = [], commonNames = [] } = identity;
  const isReader =
    isMember(groups, readers.groups) ||
    isMember(commonNames, readers.commonNames) ||
    // Whoever the client CA named could have any name: those stand in a list of their own.
    (commonNames.length === 0 && readers.users.includes(name));
  const roles: Role[] = isReader ? ['viewer', 'creds-reader'] : ['viewer'];
  return { name, roles, by };
}
