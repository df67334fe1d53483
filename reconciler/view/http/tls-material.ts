import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { KindLog } from '../../kinds/context.ts';
import type { Clock } from '../../model/clock.ts';
import { digestOf } from '../../model/digest.ts';
import { InvalidInput, messageOf } from '../../model/errors.ts';

/** Certificates of the view, by absolute path, in PEM form. */
export interface TlsFiles {
  /** The certificate, and those between it and the authority. */
  certFile: string;
  keyFile: string;
  /** Authorities whose clients are believed. Absent: clients are not asked for a certificate. */
  clientCaFile?: string | undefined;
  /** `required`: who shows none, or one that is not believed, is not connected. Default `optional`. */
  clientCertificates?: 'optional' | 'required' | undefined;
}

/** What was read of the files, and a digest of all of it. */
export interface TlsMaterial {
  context: SecureContextOptions;
  digest: string;
  /** Digest of the client authorities: who was let in by others is not let in any more. */
  clientCa: string;
}

/** Between two looks at the files, in milliseconds. */
const LOOK_MS = 5000;

/**
 * Reads the files and makes sure that they fit one another, so that a server never takes up what it could not serve with. Throws
 * InvalidInput `VIEW_TLS` naming the file.
 */
export async function readTlsMaterial(files: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([
    text('view.tls.certFile', files.certFile),
    text('view.tls.keyFile', files.keyFile),
    files.clientCaFile === undefined ? undefined : text('view.tls.clientCaFile', files.clientCaFile),
  ]);
  const context: SecureContextOptions = { cert, key, ...(ca !== undefined && { ca }), minVersion: 'TLSv1.2' };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw unusable(`${files.certFile} and ${files.keyFile} cannot be served with: ${messageOf(cause)}.`, cause);
  }
  if (ca !== undefined) requireCertificates(files.clientCaFile!, ca);
  return { context, digest: digestOf([cert, key, ca ?? '']), clientCa: digestOf(ca ?? '') };
}

export interface TlsWatchOptions {
  files: TlsFiles;
  /** What the server has been given. */
  current: TlsMaterial;
  onChange: (material: TlsMaterial) => void;
  clock: Clock;
  log: KindLog;
  /** Between two looks, in milliseconds. Default 5 seconds. */
  lookMs?: number | undefined;
}

/**
 * Looks at the files again and again: by content, since certificates come as new files, as links to new folders, and over
 * networks that tell of nothing. What cannot be served with leaves the old in place, and is said once.
 */
export async function watchTls(options: TlsWatchOptions, signal: AbortSignal): Promise<void> {
  const { files, clock, log, onChange, lookMs = LOOK_MS } = options;
  let { digest } = options.current;
  let told = '';
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const material = await readTlsMaterial(files);
      told = '';
      if (material.digest === digest) continue;
      onChange(material);
      digest = material.digest;
      const { subject, validTo } = new X509Certificate(material.context.cert as string);
      log.info({ subject, validTo }, 'the view serves with its new certificate');
    } catch (error) {
      const why = messageOf(error);
      if (why !== told) log.warn({ err: error }, 'the view keeps its old certificate: the new one cannot be used');
      told = why;
    }
  }
}

/** An empty or foreign file would be no authority at all, which Node takes for all that it knows. */
function requireCertificates(path: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw unusable(`${path} holds no certificate of an authority: ${messageOf(cause)}.`, cause);
  }
}

async function text(field: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw unusable(`${field} names ${path}, which cannot be read (${reason}).`, cause);
  }
}

function unusable(message: string, cause: unknown): InvalidInput {
  return new InvalidInput(message, {
    code: 'VIEW_TLS',
    hint: 'Give PEM files: the certificate with those between it and its authority, and the key that belongs to it, without a passphrase.',
    cause,
  });
}
