import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Sensitive } from '../../model/sensitive.ts';

/** Headers of an HMAC-SHA256 over the body in hex, with what stands before it: of GitHub, Gitea, Forgejo, and of anybody else. */
const SIGNED: readonly (readonly [header: string, before: string])[] = [
  ['x-hub-signature-256', 'sha256='],
  ['x-gitea-signature', ''],
  ['x-forgejo-signature', ''],
  ['x-intendant-signature', 'sha256='],
];
/** GitLab signs nothing: it shows the secret itself. */
const SHOWN = 'x-gitlab-token';

/**
 * Whether a request was sent by who knows the secret. The body is read as it comes and kept nowhere; undefined when it is larger than `most`
 * bytes, read no further then. Compared in constant time; one right signature is enough, forges send several.
 */
export async function isSigned(
  headers: Headers,
  body: AsyncIterable<Uint8Array>,
  secret: Sensitive,
  most: number,
): Promise<boolean | undefined> {
  const token = headers.get(SHOWN);
  const shown = token !== null && isSame(token, secret.reveal());
  const hmac = createHmac('sha256', secret.reveal());
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > most) return undefined;
    hmac.update(part);
  }
  const right = hmac.digest('hex');
  const signed = SIGNED.map(([header, before]) => isSame(headers.get(header) ?? '', `${before}${right}`));
  return shown || signed.includes(true);
}

/** Constant in time for texts of every length. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
