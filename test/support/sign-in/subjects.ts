import { hashSync } from 'bcryptjs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuthenticatorSettings } from '../../../reconciler/view/sign-in/settings.ts';
import type { SignInRequest } from '../../../reconciler/view/sign-in/sign-in.ts';
import { makeAuthority } from './certificates.ts';
import { KEYSTONE_TOKEN, KEYSTONE_USER, startKeystone } from './keystone-fake.ts';
import { startOidc } from './oidc-fake.ts';
import type { Failure, RemoteFake } from './remote-fake.ts';
import { basicHeader, bearerHeader, requestWith } from './requests.ts';
import { KUBERNETES_TOKEN, KUBERNETES_USER, REVIEWER_TOKEN, startTokenReview } from './token-review-fake.ts';

/** One authenticator and the world around it, for the contract that all of them keep. */
export interface Subject {
  settings: AuthenticatorSettings;
  /** How denied requests are invited to sign in, and who the right credential is. */
  name: string;
  right(): Promise<SignInRequest>;
  wrong(): Promise<SignInRequest>;
  /** Texts that may not stand in the log. */
  secrets: string[];
  /** Has whoever decides fail in this way, or no longer. Absent: nobody else decides. */
  fail?(failure: Failure | undefined): void;
  close(): Promise<void>;
}

/** Time that a server may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** Makes each in a folder of its own; `close` removes it. */
export const SUBJECTS: Record<AuthenticatorSettings['type'], () => Promise<Subject>> = {
  async basic() {
    const folder = newFolder();
    const usersFile = join(folder, 'users.json');
    const users = JSON.stringify({ ann: { hash: hashSync('p:ss: word', 4) } });
    writeFileSync(usersFile, users);
    return {
      settings: { type: 'basic', usersFile },
      name: 'ann',
      right: async () => requestWith(basicHeader('ann', 'p:ss: word')),
      wrong: async () => requestWith(basicHeader('ann', 'wrong-password')),
      secrets: ['p:ss: word', 'wrong-password', '$2'],
      fail(failure) {
        if (failure === 'cut') rmSync(usersFile);
        else writeFileSync(usersFile, failure === undefined ? users : `{"ann": "${failure}`);
      },
      close: async () => rmSync(folder, { recursive: true }),
    };
  },

  async clientCertificate() {
    const certificate = (name: string): SignInRequest =>
      requestWith({}, { clientCertificate: { commonNames: [name], fingerprint256: 'AA:BB' } });
    return {
      settings: { type: 'clientCertificate', commonNames: ['board.example.org'] },
      name: 'board.example.org',
      right: async () => certificate('board.example.org'),
      wrong: async () => certificate('other.example.org'),
      secrets: [],
      close: async () => undefined,
    };
  },

  async keystonePassword() {
    const { caFile, fake, stop } = await remote(startKeystone);
    return {
      settings: { type: 'keystonePassword', url: fake.url, caFile, timeoutMs: TIMEOUT_MS },
      name: KEYSTONE_USER.name,
      right: async () => requestWith(basicHeader(KEYSTONE_USER.name, KEYSTONE_USER.password)),
      wrong: async () => requestWith(basicHeader(KEYSTONE_USER.name, 'wrong-password')),
      secrets: [KEYSTONE_USER.password, 'wrong-password'],
      fail: (failure) => (fake.failing = failure),
      close: stop,
    };
  },

  async keystoneToken() {
    const { caFile, fake, stop } = await remote(startKeystone);
    return {
      settings: { type: 'keystoneToken', url: `${fake.url}/v3/`, caFile, timeoutMs: TIMEOUT_MS },
      name: KEYSTONE_USER.name,
      right: async () => requestWith({ 'x-auth-token': KEYSTONE_TOKEN }),
      wrong: async () => requestWith({ 'x-auth-token': 'gAAAA-wrong-token' }),
      secrets: [KEYSTONE_TOKEN, 'gAAAA-wrong-token'],
      fail: (failure) => (fake.failing = failure),
      close: stop,
    };
  },

  async kubernetesToken() {
    const { caFile, folder, fake, stop } = await remote(startTokenReview);
    const tokenFile = join(folder, 'reviewer.token');
    writeFileSync(tokenFile, `${REVIEWER_TOKEN}\n`);
    return {
      settings: {
        type: 'kubernetesToken',
        server: fake.url,
        caFile,
        tokenFile,
        audiences: ['intendant'],
        timeoutMs: TIMEOUT_MS,
      },
      name: KUBERNETES_USER,
      right: async () => requestWith(bearerHeader(KUBERNETES_TOKEN)),
      wrong: async () => requestWith(bearerHeader('eyJ.wrong.token')),
      secrets: [KUBERNETES_TOKEN, REVIEWER_TOKEN, 'eyJ.wrong.token'],
      fail: (failure) => (fake.failing = failure),
      close: stop,
    };
  },

  async oidc() {
    const { caFile, fake, stop } = await remote((tls) => startOidc(tls));
    const [right, wrong] = [await fake.token({ aud: 'api' }), await fake.token({ aud: 'another' })];
    return {
      settings: {
        type: 'oidc',
        issuer: fake.issuer,
        audience: 'api',
        caFile,
        usernameClaim: 'sub',
        groupsClaim: 'groups',
        scopes: [],
        sessionMs: 3_600_000,
        timeoutMs: TIMEOUT_MS,
      },
      name: 'u-1',
      right: async () => requestWith(bearerHeader(right)),
      wrong: async () => requestWith(bearerHeader(wrong)),
      secrets: [right, wrong],
      fail: (failure) => (fake.failing = failure),
      close: stop,
    };
  },

  async module() {
    const module = fileURLToPath(new URL('../stand-ins/sign-in-module.mjs', import.meta.url));
    const badge = (said: string): SignInRequest => requestWith({ 'x-badge': said });
    let failing: Failure | undefined;
    return {
      settings: { type: 'module', module, options: { badge: 'green' }, timeoutMs: TIMEOUT_MS },
      name: 'holder of green',
      right: async () => badge(failing ?? 'green'),
      wrong: async () => badge('red'),
      secrets: ['green'],
      fail: (failure) => (failing = failure),
      close: async () => undefined,
    };
  },
};

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'intendant-sign-in-'));
}

/** A server over TLS, with an authority of its own. */
async function remote<T extends RemoteFake>(
  start: (tls: { certFile: string; keyFile: string }) => Promise<T>,
): Promise<{ caFile: string; folder: string; fake: T; stop: () => Promise<void> }> {
  const folder = newFolder();
  const authority = makeAuthority(folder);
  const fake = await start(authority.issue('/CN=localhost'));
  const stop = async (): Promise<void> => {
    await fake.close();
    rmSync(folder, { recursive: true });
  };
  return { caFile: authority.caFile, folder, fake, stop };
}
