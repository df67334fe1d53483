import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKeyPair } from '../../../reconciler/demo/key-pair.ts';
import { loadIdentity } from '../../../reconciler/ssh/identity.ts';

const plain = newKeyPair().private;
const locked = newKeyPair({
  passphrase: 'open sesame',
  cipher: 'aes256-ctr',
  rounds: 4,
}).private;

describe('an identity', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'identity-'));
    writeFileSync(join(folder, 'id'), plain, { mode: 0o600 });
    writeFileSync(join(folder, 'open'), plain, { mode: 0o644 });
    writeFileSync(join(folder, 'locked'), locked, { mode: 0o600 });
    writeFileSync(join(folder, 'junk'), 'not a key at all', { mode: 0o600 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is a key file', async () => {
    const credential = await loadIdentity({ keyFile: join(folder, 'id') }, { env: {} });

    expect(credential.authMethods('root')).toEqual([expect.objectContaining({ type: 'publickey', username: 'root' })]);
  });

  it('is a key in the environment, with or without its last newline', async () => {
    const credential = await loadIdentity({ keyEnv: 'KEY' }, { env: { KEY: plain.trimEnd() } });

    expect(credential.description).toBe('environment variable KEY');
  });

  it('is the agent of SSH_AUTH_SOCK', async () => {
    const credential = await loadIdentity({ agent: true }, { env: { SSH_AUTH_SOCK: '/run/agent' } });

    expect(credential.authMethods('root')).toEqual([{ type: 'agent', username: 'root', agent: '/run/agent' }]);
  });

  it('opens an encrypted key with the passphrase that the environment names', async () => {
    const identity = { keyFile: join(folder, 'locked'), passphraseEnv: 'PASS' };

    const credential = await loadIdentity(identity, { env: { PASS: 'open sesame' } });

    expect(credential.authMethods('root')).toHaveLength(1);
  });

  it('is read anew each time', async () => {
    const path = join(folder, 'rotated');
    writeFileSync(path, plain, { mode: 0o600 });
    await loadIdentity({ keyFile: path }, { env: {} });

    writeFileSync(path, 'not a key any more');

    await expect(loadIdentity({ keyFile: path }, { env: {} })).rejects.toMatchObject({ code: 'IDENTITY_UNUSABLE' });
  });

  it('warns of a key file that others can read, and uses it', async () => {
    const warnings: string[] = [];

    await loadIdentity({ keyFile: join(folder, 'open') }, { env: {}, onWarning: (text) => warnings.push(text) });

    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
  });

  it.each([
    ['the file is missing', { keyFile: '/nowhere/id' }, {}, /does not exist/],
    ['the variable is not set', { keyEnv: 'KEY' }, {}, /KEY.*is not set/],
    ['there is no agent', { agent: true }, {}, /SSH_AUTH_SOCK is not set/],
    ['nothing is named', {}, {}, /no single source/],
    ['two are named', { keyEnv: 'KEY', agent: true }, {}, /no single source/],
    ['the key is encrypted and no passphrase given', { keyEnv: 'KEY' }, { KEY: locked }, /encrypted and no passphrase/],
    ['the passphrase is not set', { keyEnv: 'KEY', passphraseEnv: 'PASS' }, { KEY: locked }, /PASS.*is not set/],
    ['the passphrase is wrong', { keyEnv: 'KEY', passphraseEnv: 'PASS' }, { KEY: locked, PASS: 'x' }, /does not open/],
    ['it is no key', { keyEnv: 'KEY' }, { KEY: 'junk-in-the-variable' }, /not a private key/],
    [
      'it is a public key',
      { keyEnv: 'KEY' },
      { KEY: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl' },
      /not a private key/,
    ],
  ])('is refused with a remedy and without its content when %s', async (_what, identity, env, message) => {
    const error = await loadIdentity(identity, { env }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: 'IDENTITY_UNUSABLE',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
    expect(inspect(error)).not.toContain('junk-in-the-variable');
  });

  it('does not show its key when it is printed', async () => {
    const credential = await loadIdentity({ keyEnv: 'KEY' }, { env: { KEY: plain } });

    const shown = `${inspect(credential, { showHidden: true, depth: 9 })} ${JSON.stringify(credential)}`;

    expect(shown).not.toMatch(/PRIVATE|[A-Za-z0-9+/]{40}/);
  });
});
