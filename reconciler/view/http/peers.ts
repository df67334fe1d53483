import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientCertificate, Peer } from './peer.ts';
import { certificateOf, peerOf, trustedProxies } from './peer-of.ts';
import type { TlsMaterial } from './tls-material.ts';

/** What is known of each connection, found out once: its certificate, and whether its authority is still believed. */
export class Peers {
  readonly #proxies;
  readonly #certificates = new WeakMap<Socket, { certificate: ClientCertificate | undefined; clientCa: string }>();
  #clientCa: string;

  constructor(proxies: readonly string[], material: TlsMaterial | undefined) {
    this.#proxies = trustedProxies(proxies);
    this.#clientCa = material?.clientCa ?? '';
  }

  opened(socket: Socket): void {
    this.#certificates.set(socket, { certificate: certificateOf(socket), clientCa: this.#clientCa });
  }

  changed({ clientCa }: TlsMaterial): void {
    this.#clientCa = clientCa;
  }

  of(incoming: IncomingMessage): Peer {
    const known = this.#certificates.get(incoming.socket);
    const certificate = known?.clientCa === this.#clientCa ? known.certificate : undefined;
    return peerOf(incoming, this.#proxies, certificate);
  }
}
