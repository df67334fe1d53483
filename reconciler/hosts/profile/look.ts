import { Bug, Transient } from '../../model/errors.ts';
import { cleanLine } from '../clean-text.ts';
import type { HostFamily } from '../families/family.ts';
import { parseFrame } from '../frame.ts';
import { LOOK_SCRIPT, QUESTIONS_TRAILER } from '../scripts/look.ts';
import { verbCommand } from '../verb.ts';
import type { VerbCommand } from '../verb.ts';
import { parseInventory, profileFolder } from './inventory.ts';
import type { ProfilePlace } from './inventory.ts';
import { parseItems } from './seen-items.ts';
import type { SeenHost } from './seen.ts';
import type { WantedHost } from './wanted.ts';

/** How long a guard may take when a host is only looked at, in seconds. */
const GUARD_SECONDS = 10;
const BASE_MS = 30_000;
/** The most that an answer may hold; a profile of a thousand items takes a fifth of it. */
export const MAX_LOOK_ANSWER_BYTES = 1_048_576;

/** The deadline of a look: guards run one after the other. */
export function lookTimeoutMs({ commands }: WantedHost): number {
  return BASE_MS + commands.length * GUARD_SECONDS * 1000;
}

/** The command that looks. Contents of files are not part of it. */
export function lookCommand(
  call: { user: string; nonce: string },
  { wanted, family, place }: { wanted: WantedHost; family: HostFamily; place: ProfilePlace },
): VerbCommand {
  checkNames(wanted);
  const questions = [
    ...wanted.packages.map((name) => `?package ${name}`),
    ...[...wanted.repositories, ...wanted.files].map(({ path }) => `?file ${path}`),
    ...wanted.services.map(({ name }) => `?service ${name}`),
    ...wanted.commands.map(({ name, unless }) => `?command ${Buffer.from(unless).toString('base64')} ${name}`),
  ];
  return verbCommand('look', LOOK_SCRIPT, {
    ...call,
    args: [profileFolder(place), family.name, String(GUARD_SECONDS)],
    stdin: [...questions, `${QUESTIONS_TRAILER} ${call.nonce}`, ''].join('\n'),
  });
}

/**
 * Reads the answer; undefined when it is no complete one, or leaves a question open. Throws Transient `LOOK_FAILED` where the host
 * says why it cannot tell.
 */
export function parseLook(
  output: string,
  nonce: string,
  wanted: WantedHost,
  name: string,
): { seen: SeenHost } | undefined {
  const fields = parseFrame(output, nonce);
  if (fields?.get('state') === 'error') {
    const why = cleanLine(fields.get('message') ?? '') || 'the host gave no reason';
    throw new Transient(`${name} cannot tell what it has: ${why}`, {
      code: 'LOOK_FAILED',
      hint: 'Log in by hand and put that right; it is tried again by itself.',
    });
  }
  if (fields?.get('state') !== 'seen') return undefined;
  const manager = fields.get('manager');
  const selinux = fields.get('selinux');
  const { items: inventory, ...record } = parseInventory(decoded(fields.get('inventory')));
  const items = parseItems(decoded(fields.get('items')));
  const answered =
    wanted.packages.every((each) => items.packages.has(each)) &&
    [...wanted.repositories, ...wanted.files].every(({ path }) => items.files.has(path)) &&
    wanted.commands.every((each) => items.commands.has(each.name)) &&
    wanted.services.every((each) => items.services.has(each.name));
  if (!answered) return undefined;
  return {
    seen: {
      manager: manager === 'systemd' || manager === 'openrc' ? manager : 'none',
      selinux: selinux === 'enforcing' || selinux === 'permissive' ? selinux : 'off',
      ...items,
      inventory,
      ...record,
    },
  };
}

function decoded(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('utf8');
}

/** What the schema lets through; a name is never an option of the tool that gets it. */
function checkNames({ packages, repositories, files, services, commands }: WantedHost): void {
  const words = [...packages, ...services.map(({ name }) => name)];
  const paths = [...repositories, ...files].map(({ path }) => path);
  const wrong = [
    ...words.filter((name) => !/^[A-Za-z0-9@_][^\s\p{C}]*$/u.test(name)),
    ...paths.filter((path) => !/^(?:\/[^/\p{C}]+)+$/u.test(path) || /\/\.\.?(?:\/|$)/.test(path)),
    ...commands.map(({ name }) => name).filter((name) => !/^[^\p{C}]+$/u.test(name)),
  ];
  if (wrong.length > 0) throw new Bug(`a profile names ${JSON.stringify(wrong[0])}, which is no name for that`);
}
