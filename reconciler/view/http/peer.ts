/** The certificate of a client, verified against the client CA of the configuration. */
export interface ClientCertificate {
  /** Common names of its subject, as they stand there: usually one. */
  commonNames: readonly string[];
  /** SHA-256 of the certificate, hex in pairs with colons. */
  fingerprint256: string;
}

/** Who is at the other end of the connection. */
export interface Peer {
  /** IP address without a zone, IPv4 in its own form; what a trusted proxy says where there is one. Empty: not known. */
  remoteAddress: string;
  /** The connection is TLS, here or at a trusted proxy. */
  tls: boolean;
  clientCertificate?: ClientCertificate | undefined;
}

/** What requests without a connection have: those that tests make in process. */
export const NOBODY: Peer = { remoteAddress: '', tls: false };
