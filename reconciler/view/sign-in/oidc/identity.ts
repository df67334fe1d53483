import type { JWTPayload } from 'jose';
import type { Identity } from '../authenticator.ts';
import { isName } from '../credentials.ts';
import type { OidcSettings } from '../settings.ts';
import { isMember, textsOf } from '../texts.ts';

/**
 * Who the claims of a verified token speak of; undefined where they name nobody, or nobody who may sign in. An e-mail address that the provider
 * says is not verified is no name.
 */
export function identityOf(claims: JWTPayload, settings: OidcSettings): Identity | undefined {
  const name = claims[settings.usernameClaim];
  if (!isName(name)) return undefined;
  if (settings.usernameClaim === 'email' && claims['email_verified'] === false) return undefined;
  const groups = textsOf(claims[settings.groupsClaim]);
  if (settings.groups !== undefined && !isMember(groups, settings.groups)) return undefined;
  return { name, groups };
}
