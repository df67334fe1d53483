import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askPrometheus } from '../../reconciler/engine/alerts/prometheus.ts';
import { makeCertificates } from '../support/etcd.ts';
import { describeWith } from '../support/real-parts.ts';

describeWith(['openssl'], 'the token of an alert gate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alert-token-'));
  const tokenFile = join(folder, 'token');
  const seen: (string | undefined)[] = [];
  const signal = AbortSignal.timeout(60_000);
  let caFile: string;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    const tls = makeCertificates(folder, 'prometheus.internal');
    caFile = tls.caFile;
    const certificate = { key: readFileSync(tls.keyFile), cert: readFileSync(tls.certFile) };
    server = createServer(certificate, (request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reaches the server that the daemon names, as it stands in its file now', async () => {
    const verdicts = [];
    for (const token of ['first', 'second']) {
      writeFileSync(tokenFile, `${token}\n`);
      verdicts.push(
        await askPrometheus({ url: `${origin}/prometheus`, query: 'up' }, signal, [{ origin, caFile, tokenFile }]),
      );
    }

    expect(verdicts).toEqual([{ state: 'clear' }, { state: 'clear' }]);
    expect(seen.splice(0)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('is sent to nobody whose certificate is not trusted', async () => {
    const verdict = await askPrometheus({ url: origin, query: 'up' }, signal, [{ origin, tokenFile }]);

    expect(verdict.state).toBe('unknown');
    expect(seen).toEqual([]);
  });
});
