import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profileExtras } from '../../../reconciler/compose/profile-extras.ts';
import type { ProfileExtra } from '../../../reconciler/kinds/host-profile/extra.ts';
import type { Resource } from '../../../reconciler/model/resource.ts';

function manager(keyFile: string): Resource<'ContainerManager'> {
  return {
    apiVersion: 'intendant/v1',
    kind: 'ContainerManager',
    metadata: { name: 'kube' },
    spec: { type: 'kubernetes', server: 'https://k', clientCertificateFrom: { certificateFile: keyFile, keyFile } },
    origin: { oid: 'o', file: 'f', line: 1 },
    digest: keyFile,
  };
}

describe('what profiles are given from the machine of the daemon', () => {
  let root: string;
  let credentials: string;
  let now: number;
  let ask: (keyFile: string) => Promise<ProfileExtra>;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'extras-'));
    credentials = join(root, 'credentials');
    mkdirSync(credentials);
    now = 0;
    const extras = profileExtras('prod', { credentialsFolder: credentials }, () => now);
    ask = (keyFile) => extras(manager(keyFile));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (folder: string, text: string): string => {
    const path = join(folder, 'client.key');
    writeFileSync(path, text);
    return path;
  };

  it('are the files that a container manager names, and nothing of them is printed', async () => {
    const extra = await ask(write(credentials, 'the key'));

    expect(extra.containerManager!.clientKey!.reveal()).toBe('the key');
    expect(JSON.stringify(extra)).not.toContain('the key');
  });

  it('are never files that lie elsewhere: the repository could have them put on a host', async () => {
    await expect(ask(write(root, 'the login of the daemon'))).rejects.toMatchObject({
      code: 'CREDENTIAL_UNREADABLE',
      message: expect.stringContaining('which lies elsewhere') as string,
    });
  });

  it('are never files elsewhere that a link in the folder points to', async () => {
    const link = join(credentials, 'link');
    symlinkSync(write(root, 'the login of the daemon'), link);

    await expect(ask(link)).rejects.toMatchObject({ code: 'CREDENTIAL_UNREADABLE' });
  });

  it('tell which file cannot be read, and where it belongs', async () => {
    await expect(ask(join(credentials, 'absent'))).rejects.toMatchObject({
      message: expect.stringContaining('cannot be read (ENOENT)') as string,
      hint: expect.stringContaining(credentials) as string,
    });
  });

  it('are the same object until a file is rotated, and the new content soon after', async () => {
    const path = write(credentials, 'old');
    const first = await ask(path);
    now = 6000;
    const second = await ask(path);
    write(credentials, 'new');
    now = 12_000;
    const third = await ask(path);

    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(third.containerManager!.clientKey!.reveal()).toBe('new');
  });

  it('are asked for again after they could not be read', async () => {
    const path = join(credentials, 'client.key');
    await expect(ask(path)).rejects.toThrow();
    write(credentials, 'there now');

    expect((await ask(path)).containerManager!.clientKey!.reveal()).toBe('there now');
  });
});
