import { readFile } from 'node:fs/promises';
import type { KindLog } from '../../kinds/context.ts';
import type { Clock } from '../../model/clock.ts';
import { InvalidInput } from '../../model/errors.ts';
import type { Authenticator, Verdict } from './authenticator.ts';
import { signInOf, type Listed } from './authenticator-list.ts';
import { basicAuthenticator } from './basic/basic.ts';
import { clientCertificateAuthenticator } from './client-certificate.ts';
import { keystonePasswordAuthenticator } from './keystone/keystone-password.ts';
import { keystoneTokenAuthenticator } from './keystone/keystone-token.ts';
import { kubernetesTokenAuthenticator } from './kubernetes-token.ts';
import { Limits } from './limits.ts';
import { oidcAuthenticator } from './oidc/oidc.ts';
import type { Guard } from './oidc/routes.ts';
import { cookieKey } from './oidc/sealed-cookie.ts';
import type { SignInCounter } from './outcomes.ts';
import { outsideAuthenticator } from './outside.ts';
import { askRemote } from './remote.ts';
import type { AuthenticatorSettings, SignInSettings } from './settings.ts';
import type { SignIn } from './sign-in.ts';
import { Troubles } from './troubles.ts';

/** How long an authenticator that asks nobody may take, in milliseconds: many passwords may wait to be compared. */
const LOCAL_MS = 20_000;
/** An authenticator may ask more than once for one decision. */
const QUESTIONS = 3;

export interface SignInDeps {
  clock: Clock;
  log: KindLog;
  /** Absent: nothing is counted. */
  counter?: SignInCounter | undefined;
}

/**
 * The sign-in that the configuration describes. Nothing is asked of other servers before the first request. Throws InvalidInput where the
 * settings cannot be meant so, or a module does not keep the contract.
 */
export async function buildSignIn(settings: SignInSettings, deps: SignInDeps): Promise<SignIn> {
  const { clock, log, counter = { onResult: () => undefined } } = deps;
  const limits = new Limits(settings.limits);
  const troubles = new Troubles(clock, log);
  const guard = guardOf(limits, counter, troubles);
  const listed: Listed[] = [];
  for (const each of settings.authenticators) {
    const authenticator = await build(each, settings, { clock, log, guard });
    const timeoutMs = 'timeoutMs' in each ? each.timeoutMs * (each.type === 'module' ? 1 : QUESTIONS) : LOCAL_MS;
    listed.push({ authenticator, timeoutMs });
  }
  if (listed.filter(({ authenticator }) => authenticator.routes !== undefined).length > 1) {
    throw new InvalidInput('More than one authenticator of view.signIn has a sign-in page.', {
      code: 'CONFIG_INVALID',
      hint: 'Give clientId to one oidc authenticator only; the others take bearer tokens by their audience.',
    });
  }
  return signInOf(listed, settings, { limits, counter, troubles });
}

async function build(
  settings: AuthenticatorSettings,
  { credsReaders }: SignInSettings,
  { clock, log, guard }: { clock: Clock; log: KindLog; guard: Guard },
): Promise<Authenticator> {
  switch (settings.type) {
    case 'basic':
      return basicAuthenticator(settings, { clock });
    case 'clientCertificate':
      return clientCertificateAuthenticator(settings);
    case 'keystonePassword':
      return keystonePasswordAuthenticator(settings, { clock, ask: askRemote(settings) });
    case 'keystoneToken':
      return keystoneTokenAuthenticator(settings, { clock, ask: askRemote(settings) });
    case 'kubernetesToken':
      return kubernetesTokenAuthenticator(settings, { clock, ask: askRemote(settings) });
    case 'oidc': {
      const { sessionKeyFile } = settings;
      const text = sessionKeyFile === undefined ? undefined : await readFile(sessionKeyFile, 'utf8');
      const ask = askRemote(settings);
      return oidcAuthenticator(settings, {
        clock,
        ask,
        sessionKey: cookieKey(text),
        groups: credsReaders.groups,
        guard,
      });
    }
    case 'module':
      return outsideAuthenticator(settings, { clock, log });
  }
}

/** Has the sign-ins of browsers counted and limited as those of programs are. */
function guardOf(limits: Limits, counter: SignInCounter, troubles: Troubles): Guard {
  return async (address, make, signal) => {
    const attempt = async () => {
      const result = await make();
      const outcomes = { accepted: 'right', refused: 'wrong', absent: 'neither', unavailable: 'neither' } as const;
      return { outcome: outcomes[result.outcome], result };
    };
    const made = await limits.attempt({ address }, attempt, signal);
    if ('retryAfterSeconds' in made) {
      counter.onResult('oidc', 'limited');
      troubles.denied(address, ['oidc'], 'limited');
      return { outcome: 'limited', retryAfterSeconds: made.retryAfterSeconds };
    }
    told(made.result, address, counter, troubles);
    return made.result;
  };
}

function told(verdict: Verdict, address: string, counter: SignInCounter, troubles: Troubles): void {
  switch (verdict.outcome) {
    case 'accepted':
      troubles.decided('oidc');
      return counter.onResult('oidc', 'ok');
    case 'unavailable':
      troubles.unavailable('oidc', verdict.reason);
      return counter.onResult('oidc', 'unavailable');
    case 'absent':
    case 'refused':
      troubles.denied(address, ['oidc'], 'refused');
      return counter.onResult('oidc', 'refused');
  }
}
