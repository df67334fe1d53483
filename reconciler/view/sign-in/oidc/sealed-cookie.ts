import { hkdfSync, randomBytes } from 'node:crypto';
import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';
import type { Clock } from '../../../model/clock.ts';
import { InvalidInput } from '../../../model/errors.ts';

const SHORTEST_KEY = 32;

/** The key of sealed cookies: from a text that copies of the view share, or of this process. Throws InvalidInput `CONFIG_INVALID`. */
export function cookieKey(text: string | undefined): Uint8Array {
  if (text === undefined) return randomBytes(32);
  const secret = text.trim();
  if (secret.length < SHORTEST_KEY) {
    throw new InvalidInput(`The session key is shorter than ${SHORTEST_KEY} characters.`, {
      code: 'CONFIG_INVALID',
      hint: 'Write it with: openssl rand -base64 48',
    });
  }
  return new Uint8Array(hkdfSync('sha256', secret, '', 'intendant sign-in cookies', 32));
}

/** Cookies that only this view can read and write: encrypted and authenticated, for one purpose and a bounded time. */
export class SealedCookie {
  readonly #key: Uint8Array;
  readonly #purpose: string;
  readonly #lifeMs: number;
  readonly #clock: Clock;

  /** `purpose` is part of the seal: what was sealed for another one does not open. */
  constructor(key: Uint8Array, purpose: string, lifeMs: number, clock: Clock) {
    this.#key = key;
    this.#purpose = purpose;
    this.#lifeMs = lifeMs;
    this.#clock = clock;
  }

  seal(content: JWTPayload): Promise<string> {
    const nowMs = this.#clock.now();
    return new EncryptJWT(content)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuedAt(new Date(nowMs))
      .setExpirationTime(new Date(nowMs + this.#lifeMs))
      .setAudience(this.#purpose)
      .encrypt(this.#key);
  }

  /** Undefined: it is not ours, not for this purpose, or its time is over. Never throws. */
  async open(sealed: string | undefined): Promise<JWTPayload | undefined> {
    if (sealed === undefined || sealed.length > 4096) return undefined;
    try {
      const { payload } = await jwtDecrypt(sealed, this.#key, {
        audience: this.#purpose,
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['exp', 'iat'],
        maxTokenAge: Math.ceil(this.#lifeMs / 1000),
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch {
      return undefined;
    }
  }
}
