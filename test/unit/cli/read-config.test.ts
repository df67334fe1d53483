import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../cli/read-config.ts';

const DOCUMENT = `apiVersion: intendant/v1
kind: Daemon
fleet: prod
repository: { url: /r.git }
view: { tls: { certFile: gone.crt, keyFile: gone.key } }
`;

describe('the configuration of the daemon for a command', () => {
  let folder: string;
  let config: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'read-config-'));
    config = join(folder, 'daemon.yaml');
    writeFileSync(config, DOCUMENT);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read without the files of the view by those that do not serve it', async () => {
    const read = await readConfig({ config });

    expect(read.fleet).toBe('prod');
    expect(read.view).toBeUndefined();
  });

  it('is read with them by those that do', async () => {
    await expect(readConfig({ config }, { withView: true })).rejects.toMatchObject({ code: 'VIEW_TLS' });
  });
});
