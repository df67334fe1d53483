/** Scripts, styles and pictures only of our own, no frames, no plug-ins: what the repository or a host says is never more than text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ALWAYS: readonly (readonly [string, string])[] = [
  ['content-security-policy', POLICY],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
];

/** A year, in seconds: what browsers ask for to take it seriously. */
const STRICT_TRANSPORT = 'max-age=31536000';

/**
 * Puts on every answer what keeps browsers from being used against their owner. What a part says of caching stays; the rest
 * is kept by nobody but the browser that asked, and asked for again each time.
 */
export function secure(headers: Headers, tls: boolean): void {
  for (const [name, value] of ALWAYS) headers.set(name, value);
  if (tls) headers.set('strict-transport-security', STRICT_TRANSPORT);
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-cache');
}
