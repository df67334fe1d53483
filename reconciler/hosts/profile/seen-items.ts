import { cleanLine } from '../clean-text.ts';
import type { SeenFile, SeenHost, SeenService } from './seen.ts';

type SeenItems = Pick<SeenHost, 'packages' | 'files' | 'commands' | 'services'>;

const ENABLED: readonly string[] = ['enabled', 'disabled', 'fixed', 'masked', 'absent'];
const OTHERS = { link: 'symbolic link', directory: 'directory', special: 'special file' } as const;

/** Reads the lines that a host answers to questions; what has another form is left out. */
export function parseItems(text: string): SeenItems {
  const packages = new Map<string, boolean>();
  const files = new Map<string, SeenFile>();
  const commands = new Map<string, 'done' | 'due' | 'unknown'>();
  const services = new Map<string, SeenService>();
  for (const line of text.split('\n')) {
    const [, what, rest = ''] = /^(package|file|command|service) (.+)$/.exec(line) ?? [];
    if (what === 'package') readPackage(rest, packages);
    if (what === 'file') readFile(rest, files);
    if (what === 'command') readCommand(rest, commands);
    if (what === 'service') readService(rest, services);
  }
  return { packages, files, commands, services };
}

function readPackage(rest: string, into: Map<string, boolean>): void {
  const [, installed, name] = /^(yes|no) (.+)$/.exec(rest) ?? [];
  if (name !== undefined) into.set(name, installed === 'yes');
}

function readFile(rest: string, into: Map<string, SeenFile>): void {
  const [, what, other] = /^(absent|link|directory|special) (\/.+)$/.exec(rest) ?? [];
  if (other !== undefined) {
    into.set(
      other,
      what === 'absent' ? { state: 'absent' } : { state: 'other', what: OTHERS[what as keyof typeof OTHERS] },
    );
    return;
  }
  const [, sum = '', mode = '', owner = '', group = '', uid = '', gid = '', label, path] =
    /^regular (-|[0-9a-f]{64}) ([0-7]{1,4}) (\S+) (\S+) ([0-9]+) ([0-9]+) (right|wrong) (\/.+)$/.exec(rest) ?? [];
  if (path === undefined) return;
  into.set(path, {
    state: 'regular',
    sha256: sum === '-' ? '' : sum,
    mode: mode.padStart(4, '0'),
    owner: cleanLine(owner, 64),
    group: cleanLine(group, 64),
    uid,
    gid,
    ...(label === 'wrong' ? { mislabelled: true as const } : {}),
  });
}

function readCommand(rest: string, into: Map<string, 'done' | 'due' | 'unknown'>): void {
  const [, said, name] = /^(done|due|unknown) (.+)$/.exec(rest) ?? [];
  if (name !== undefined) into.set(name, said as 'done' | 'due' | 'unknown');
}

function readService(rest: string, into: Map<string, SeenService>): void {
  const [, enabled = '', running, due, name] = /^([a-z]+) (yes|no) (yes|no) (.+)$/.exec(rest) ?? [];
  if (name === undefined || !ENABLED.includes(enabled)) return;
  into.set(name, {
    enabled: enabled as SeenService['enabled'],
    running: running === 'yes',
    ...(due === 'yes' ? { reloadDue: true as const } : {}),
  });
}
