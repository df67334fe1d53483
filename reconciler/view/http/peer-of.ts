import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientCertificate, Peer } from './peer.ts';

/** Longest chain of proxies that is looked through. */
const LONGEST_CHAIN = 20;

/**
 * Addresses of proxies in front of the view, single or as `10.0.0.0/8`. What such a proxy says of its client is believed; what
 * anybody else says is not.
 */
export function trustedProxies(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of addresses) {
    const [address = '', bits] = each.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** True for an address, or an address and a number of bits, that `trustedProxies` takes. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

/** Who is at the other end: of the connection, or in front of the proxies that are trusted. */
export function peerOf(incoming: IncomingMessage, proxies: BlockList, certificate?: ClientCertificate): Peer {
  const remoteAddress = plainAddress(incoming.socket.remoteAddress ?? '');
  const tls = incoming.socket instanceof TLSSocket;
  if (!isTrusted(remoteAddress, proxies)) return { remoteAddress, tls, clientCertificate: certificate };
  // The certificate is the proxy's own.
  return {
    remoteAddress: forwarded(incoming, proxies) ?? remoteAddress,
    tls: lastOf(incoming.headers['x-forwarded-proto'])?.toLowerCase() === 'https',
  };
}

/** The certificate that a connection was opened with, where it was believed. */
export function certificateOf(socket: Socket): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  if (fingerprint256 === undefined) return undefined;
  const name = subject?.CN;
  const commonNames = name === undefined ? [] : Array.isArray(name) ? name : [name];
  return { commonNames, fingerprint256 };
}

/** The nearest address in the chain that no trusted proxy has; what stands before it is said by strangers. */
function forwarded(incoming: IncomingMessage, proxies: BlockList): string | undefined {
  const header = incoming.headers['x-forwarded-for'];
  const chain = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').slice(-LONGEST_CHAIN);
  let nearest: string | undefined;
  for (const each of chain.reverse()) {
    const address = plainAddress(each.trim());
    if (isIP(address) === 0) return nearest;
    nearest = address;
    if (!isTrusted(address, proxies)) return nearest;
  }
  return nearest;
}

function isTrusted(address: string, proxies: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** IPv4 within IPv6 in its own form; without the zone. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d{1,3}(\.\d{1,3}){3}$)/i, '').replace(/%.*$/, '');
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.at(-1) : header;
  return text?.split(',').at(-1)?.trim();
}
