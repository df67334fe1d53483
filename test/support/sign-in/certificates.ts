import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requirePart } from '../real-parts.ts';

/** An authority of the test's own, in a folder. */
export interface Authority {
  caFile: string;
  /** A certificate with the subject (`/CN=ann`), for 127.0.0.1 and localhost. */
  issue(subject: string): { certFile: string; keyFile: string };
}

let serial = 0;

/** Makes an authority with openssl. */
export function makeAuthority(folder: string): Authority {
  const name = `ca-${serial++}`;
  const caFile = join(folder, `${name}.pem`);
  const caKey = join(folder, `${name}.key`);
  const openssl = (...options: string[]): void => {
    execFileSync(requirePart('openssl'), options, { cwd: folder, stdio: 'ignore' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', caKey, '-out', caFile, '-subj', `/CN=${name}`, '-days', '2');
  return {
    caFile,
    issue(subject) {
      const base = join(folder, `cert-${serial++}`);
      const [certFile, keyFile] = [`${base}.pem`, `${base}.key`];
      writeFileSync(`${base}.ext`, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
      openssl('req', ...newKey, '-keyout', keyFile, '-out', `${base}.csr`, '-subj', subject);
      const signed = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-extfile', `${base}.ext`, '-days', '2'];
      openssl('x509', '-req', '-in', `${base}.csr`, '-out', certFile, ...signed);
      return { certFile, keyFile };
    },
  };
}
