import type { Context } from 'hono';
import { isoTime } from '../../model/clock.ts';
import type { Resource } from '../../model/resource.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import { isLoopback } from '../http/local-name.ts';
import { json, refusal } from './answers.ts';
import type { CredentialsObject } from './shapes.ts';

/** Headers by which a proxy says that the client is somebody else than its peer. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * Whether credentials may be told here: to somebody who may read them, and where nobody can listen. A proxy that is not
 * trusted by the configuration may carry them anywhere.
 */
export function mayReadCredentials(c: Context<ViewEnv>): boolean {
  if (c.get('principal')?.roles.includes('creds-reader') !== true) return false;
  const peer = c.get('peer');
  if (!peer) return false;
  return peer.tls || (isLoopback(peer.remoteAddress) && !FORWARDED.some((name) => c.req.header(name) !== undefined));
}

/** How a host is logged in to. The event is written down first: without it nothing is told. */
export async function tellCredentials(
  c: Context<ViewEnv>,
  host: Resource<'Host'>,
  context: ViewContext,
): Promise<Response> {
  const { readCredentials, recordEvent, clock } = context;
  if (!readCredentials || !recordEvent) return refusal(403);
  const signal = signalOf(c, context);
  const found = await readCredentials(host, signal);
  if (!found) return refusal(404);
  const { name, by } = c.get('principal');
  const from = c.get('peer')?.remoteAddress ?? '';
  await recordEvent(
    { type: 'CredentialsRead', at: isoTime(clock.now()), who: name, by, host: host.metadata.name, from },
    signal,
  );
  const key = found.privateKey && Buffer.from(found.privateKey.reveal()).toString('base64');
  const body: CredentialsObject = {
    address: host.spec.address,
    ...(key !== undefined && { ssh_priv_key: key }),
    remote_user: found.remoteUser,
  };
  return json(body);
}
