import { systemClock } from '../../../reconciler/model/clock.ts';
import { buildSignIn } from '../../../reconciler/view/sign-in/build-sign-in.ts';
import type { SignInOutcome } from '../../../reconciler/view/sign-in/outcomes.ts';
import type { AuthenticatorSettings, SignInSettings } from '../../../reconciler/view/sign-in/settings.ts';
import type { SignIn } from '../../../reconciler/view/sign-in/sign-in.ts';

/** A sign-in, and what it counted and logged. */
export interface SeenSignIn {
  signIn: SignIn;
  counted: [type: string, outcome: SignInOutcome][];
  /** Every line of the log, as JSON. */
  logged: string[];
}

/** Settings as the configuration gives them, with a limit that no test reaches unless it says so. */
export function settingsOf(
  authenticators: AuthenticatorSettings[],
  rest: Partial<SignInSettings> = {},
): SignInSettings {
  return {
    authenticators,
    selfAuths: ['/healthz', '/readyz'],
    credsReaders: { users: [], groups: [], commonNames: [] },
    limits: { windowMs: 300_000, perAddress: 1000, perUser: 1000 },
    ...rest,
  };
}

/** Builds the sign-in as the composition root does. */
export async function signInWith(settings: SignInSettings, clock = systemClock): Promise<SeenSignIn> {
  const counted: SeenSignIn['counted'] = [];
  const logged: string[] = [];
  const log = (level: string) => (fields: object, message: string) => {
    logged.push(JSON.stringify({ level, ...fields, message }));
  };
  const signIn = await buildSignIn(settings, {
    clock,
    log: { info: log('info'), warn: log('warn') },
    counter: { onResult: (type, outcome) => void counted.push([type, outcome]) },
  });
  return { signIn, counted, logged };
}
