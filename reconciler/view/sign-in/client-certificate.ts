import { ABSENT, REFUSED, accepted, type Authenticator } from './authenticator.ts';
import { isName } from './credentials.ts';
import type { ClientCertificateSettings } from './settings.ts';

/**
 * A certificate that the server verified against the client CA of its configuration. Its common name is the name; where a list is
 * configured, only those on it may sign in. A certificate without a common name, or with several, is refused.
 */
export function clientCertificateAuthenticator({ commonNames }: ClientCertificateSettings): Authenticator {
  return {
    type: 'clientCertificate',
    guessable: false,
    carries: ({ clientCertificate }) => clientCertificate !== undefined,
    async authenticate({ clientCertificate }) {
      if (clientCertificate === undefined) return ABSENT;
      const [name, ...more] = clientCertificate.commonNames;
      if (!isName(name) || more.length > 0) return REFUSED;
      if (commonNames !== undefined && !commonNames.includes(name)) return REFUSED;
      return accepted({ name, commonNames: [name] });
    },
  };
}
