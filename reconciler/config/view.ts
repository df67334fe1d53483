import { isIP } from 'node:net';
import type { DaemonView, ViewHook, ViewTls } from '../../schema/generated/types.ts';
import { InvalidInput, messageOf } from '../model/errors.ts';
import type { HookSettings } from '../view/hook/settings.ts';
import { isLoopback } from '../view/http/local-name.ts';
import { isAddressRange } from '../view/http/peer-of.ts';
import { readTlsMaterial, type TlsFiles } from '../view/http/tls-material.ts';
import type { SignInSettings } from '../view/sign-in/settings.ts';
import type { ViewConfig } from './daemon-config.ts';
import { readSecret, type SecretPlaces } from './secrets.ts';
import { signInSettings } from './sign-in.ts';

/** The view when nothing is said of it. */
export const DEFAULT_VIEW: ViewConfig = { address: '127.0.0.1', port: 8000, trustedProxies: [] };
const DEFAULT_LISTEN = `${DEFAULT_VIEW.address}:${DEFAULT_VIEW.port}`;
/** Shorter secrets can be guessed from one signed call. */
const SHORTEST_SECRET = 16;

/**
 * The view over HTTP, with defaults. Every file and variable that it names is looked at
 * once. Throws InvalidInput, also where others could read the fleet without signing in or read along (`VIEW_OPEN`, `VIEW_PLAIN`).
 */
export async function viewConfig(document: DaemonView, places: SecretPlaces): Promise<ViewConfig> {
  const listen = document.listen ?? DEFAULT_LISTEN;
  const { address, port } = parseListen(listen, places);
  const { trustedProxies = [], publicUrl } = document;
  const wrong = trustedProxies.find((each) => !isAddressRange(each));
  if (wrong !== undefined) {
    const at = places.origin('view.trustedProxies');
    throw invalid(`${at}: view.trustedProxies has ${wrong}, which is neither an address nor a range as 10.0.0.0/8.`);
  }
  const tls = await tlsFiles(document.tls, places);
  const signIn = sendBack(await signInSettings(document.signIn, places), publicUrl);
  if (!isLoopback(address)) refuseStrangers(listen, { tls, signIn, trustedProxies }, places);
  if (signIn?.authenticators.some(({ type }) => type === 'clientCertificate') && tls?.clientCaFile === undefined) {
    const at = places.origin('view.signIn.authenticators');
    throw invalid(
      `${at}: view.signIn knows people by their certificate, and view.tls.clientCaFile names nobody who makes those.`,
      'Set view.tls.clientCaFile, or take the authenticator clientCertificate away.',
    );
  }
  const hook = await hookSettings(document.hook, places);
  return {
    address,
    port,
    trustedProxies,
    ...(tls && { tls }),
    ...(signIn && { signIn }),
    ...(hook && { hook }),
  };
}

/** `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000`. */
function parseListen(text: string, places: SecretPlaces): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  const name = text.slice(0, colon);
  const address = name.startsWith('[') ? name.slice(1, -1) : name;
  if (port > 65_535 || (name.startsWith('[') && isIP(address) !== 6)) {
    throw invalid(
      `${places.origin('view.listen')}: view.listen is ${text}, which is no address and port.`,
      'Write an address and a port such as 127.0.0.1:8000 or [::1]:8000.',
    );
  }
  return { address, port };
}

/** Whoever reaches the view reads the whole fleet; whoever reads along has what people sign in with. */
function refuseStrangers(
  listen: string,
  { tls, signIn, trustedProxies }: Pick<ViewConfig, 'tls' | 'signIn' | 'trustedProxies'>,
  places: SecretPlaces,
): void {
  const at = places.origin('view.listen');
  if (signIn === undefined) {
    throw new InvalidInput(
      `${at}: view.listen is ${listen}, which others can reach, and nobody has to sign in to read the fleet.`,
      {
        code: 'VIEW_OPEN',
        hint:
          'Write who may: view: {signIn: {authenticators: [{type: basic, usersFile: /etc/intendant/users.json}]}}; ' +
          `or listen on this machine only: view: {listen: "${DEFAULT_LISTEN}"}.`,
      },
    );
  }
  if (tls !== undefined || trustedProxies.length > 0) return;
  throw new InvalidInput(
    `${at}: view.listen is ${listen}, which others can reach, and what people sign in with would cross the network unencrypted.`,
    {
      code: 'VIEW_PLAIN',
      hint:
        'Write view: {tls: {certFile: /etc/intendant/view.crt, keyFile: /etc/intendant/view.key}}; ' +
        'or, where a proxy in front speaks TLS, its address: view: {trustedProxies: [10.20.0.5]}.',
    },
  );
}

async function tlsFiles(document: ViewTls | undefined, places: SecretPlaces): Promise<TlsFiles | undefined> {
  if (document === undefined) return undefined;
  const { certFile, keyFile, clientCaFile, clientCertificates = 'optional' } = document;
  const files = { certFile, keyFile, ...(clientCaFile !== undefined && { clientCaFile, clientCertificates }) };
  if (clientCaFile === undefined && clientCertificates === 'required') {
    const at = places.origin('view.tls.clientCertificates');
    throw invalid(
      `${at}: view.tls requires certificates of clients, and view.tls.clientCaFile names nobody who makes them.`,
    );
  }
  try {
    await readTlsMaterial(files);
  } catch (error) {
    const { code, hint } = error as InvalidInput;
    throw new InvalidInput(`${places.origin('view.tls.certFile')}: ${messageOf(error)}`, {
      code,
      ...(hint !== undefined && { hint }),
      cause: error,
    });
  }
  return files;
}

/** Browsers that an identity provider sends back come to the public address, unless an authenticator has one of its own. */
function sendBack(signIn: SignInSettings | undefined, publicUrl: string | undefined): SignInSettings | undefined {
  if (signIn === undefined || publicUrl === undefined) return signIn;
  const authenticators = signIn.authenticators.map((each) =>
    each.type === 'oidc' && each.clientId !== undefined ? { ...each, publicUrl: each.publicUrl ?? publicUrl } : each,
  );
  return { ...signIn, authenticators };
}

async function hookSettings(document: ViewHook | undefined, places: SecretPlaces): Promise<HookSettings | undefined> {
  if (document === undefined) return undefined;
  const { path, secretFile: file, secretEnv: env } = document;
  const secret = await readSecret('view.hook.secret', { file, env }, places);
  if (secret === undefined) {
    throw invalid(
      `${places.origin('view.hook.path')}: view.hook has no secret, and whoever learns its address could call it.`,
      'Set view.hook.secretFile or view.hook.secretEnv; `openssl rand -hex 32` makes one.',
    );
  }
  if (secret.reveal().length < SHORTEST_SECRET) {
    const field = file === undefined ? 'secretEnv' : 'secretFile';
    throw invalid(
      `${places.origin(`view.hook.${field}`)}: the secret of view.hook is shorter than ${SHORTEST_SECRET} characters.`,
      '`openssl rand -hex 32` makes one.',
    );
  }
  return { path, secret: { file, env } };
}

function invalid(message: string, hint?: string): InvalidInput {
  return new InvalidInput(message, { code: 'CONFIG_INVALID', ...(hint !== undefined && { hint }) });
}
