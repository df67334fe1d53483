import { parse } from 'hono/utils/cookie';
import type { Clock } from '../../../model/clock.ts';
import type { Identity } from '../authenticator.ts';
import { isName } from '../credentials.ts';
import { isMember, textsOf } from '../texts.ts';
import { SealedCookie } from './sealed-cookie.ts';

/** How long somebody may take at the provider, in milliseconds. */
const SIGN_IN_MS = 10 * 60_000;
/** Longest list of groups in a cookie, in characters. */
const MOST_GROUPS = 2000;

/** What is kept in the browser while somebody is at the provider. */
export interface Journey {
  state: string;
  nonce: string;
  verifier: string;
  /** Where to go afterwards. */
  to: string;
}

/** What makes the cookies of one client of one provider. */
export interface SessionSettings {
  key: Uint8Array;
  /** Part of the seal. */
  issuer: string;
  clientId: string;
  lifeMs: number;
  /** Whether browsers reach the view by https. */
  secure: boolean;
  /** Groups that anything is decided by: no other is kept. */
  groups: readonly string[];
  /** Whose members may sign in. */
  allowed?: readonly string[] | undefined;
  clock: Clock;
}

/** The cookies of the sign-in with a browser: who is signed in, and who is on the way. */
export class Sessions {
  /** Names of the cookies. The prefix has browsers take them from us only, for the whole of this host, over https. */
  readonly name: string;
  readonly journeyName: string;
  /** Attributes of both. */
  readonly attributes: { path: string; httpOnly: true; sameSite: 'Lax'; secure: boolean };
  readonly lifeSeconds: number;
  readonly journeySeconds = SIGN_IN_MS / 1000;
  readonly #settings: SessionSettings;
  readonly #session: SealedCookie;
  readonly #journey: SealedCookie;

  constructor(settings: SessionSettings) {
    const { key, issuer, clientId, lifeMs, secure, clock } = settings;
    this.#settings = settings;
    this.name = `${secure ? '__Host-' : ''}intendant-session`;
    this.journeyName = `${secure ? '__Host-' : ''}intendant-sign-in`;
    this.attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure };
    this.lifeSeconds = Math.floor(lifeMs / 1000);
    const client = JSON.stringify([issuer, clientId]);
    this.#session = new SealedCookie(key, `session ${client}`, lifeMs, clock);
    this.#journey = new SealedCookie(key, `sign-in ${client}`, SIGN_IN_MS, clock);
  }

  begin(journey: Journey): Promise<string> {
    return this.#journey.seal({ ...journey });
  }

  async journeyOf(headers: Headers): Promise<Journey | undefined> {
    const content = await this.#journey.open(cookieOf(headers, this.journeyName));
    if (content === undefined) return undefined;
    const { state, nonce, verifier, to } = content as Record<string, unknown>;
    const texts = [state, nonce, verifier, to];
    if (!texts.every((each): each is string => typeof each === 'string')) return undefined;
    return { state, nonce, verifier, to } as Journey;
  }

  session({ name, groups = [] }: Identity): Promise<string> {
    const kept: string[] = [];
    for (const group of groups.filter((each) => this.#settings.groups.includes(each))) {
      if (JSON.stringify([...kept, group]).length <= MOST_GROUPS) kept.push(group);
    }
    return this.#session.seal({ sub: name, groups: kept });
  }

  /** Whether the request brings a session, of whatever worth. */
  has(headers: Headers): boolean {
    return cookieOf(headers, this.name) !== undefined;
  }

  async identityOf(headers: Headers): Promise<Identity | undefined> {
    const content = await this.#session.open(cookieOf(headers, this.name));
    if (content === undefined || !isName(content.sub)) return undefined;
    const groups = textsOf(content['groups']);
    const { allowed } = this.#settings;
    if (allowed !== undefined && !isMember(groups, allowed)) return undefined;
    return { name: content.sub, groups };
  }
}

function cookieOf(headers: Headers, name: string): string | undefined {
  const header = headers.get('cookie');
  return header === null ? undefined : parse(header, name)[name];
}
