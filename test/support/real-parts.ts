import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** What a test may need of the machine beyond Node. */
export const REAL_PARTS = [
  'etcd',
  'etcdctl',
  'sshd',
  'git',
  'git-http-backend',
  'openssl',
  'sudo',
  'busybox',
  'strace',
  'lab',
  'mount',
  'prometheus',
  'ssh-keygen',
  'gpg',
  'chromium',
  'keystone',
] as const;
export type RealPart = (typeof REAL_PARTS)[number];

/** Programs each part needs, the first being the part itself, and the Debian packages that bring them. */
const NEEDS: Record<RealPart, { programs: string[]; packages: string[] }> = {
  etcd: { programs: ['etcd'], packages: ['etcd-server'] },
  etcdctl: { programs: ['etcdctl'], packages: ['etcd-client'] },
  sshd: { programs: ['sshd', 'ssh-keygen'], packages: ['openssh-server'] },
  git: { programs: ['git'], packages: ['git'] },
  'git-http-backend': { programs: ['git-http-backend', 'git'], packages: ['git'] },
  sudo: { programs: ['sudo'], packages: ['sudo'] },
  busybox: { programs: ['busybox'], packages: ['busybox-static'] },
  strace: { programs: ['strace'], packages: ['strace'] },
  openssl: { programs: ['openssl'], packages: ['openssl'] },
  lab: {
    programs: ['systemd-nspawn', 'mmdebstrap', 'ip', 'iptables', 'nsenter', 'ps'],
    packages: ['systemd-container', 'mmdebstrap', 'iproute2', 'iptables', 'procps'],
  },
  mount: { programs: ['mount', 'umount'], packages: ['mount'] },
  prometheus: { programs: ['prometheus'], packages: ['prometheus'] },
  'ssh-keygen': { programs: ['ssh-keygen'], packages: ['openssh-client'] },
  gpg: { programs: ['gpg', 'gpgconf'], packages: ['gnupg'] },
  chromium: { programs: ['chromium'], packages: ['chromium'] },
  keystone: {
    programs: ['keystone-manage', 'keystone-wsgi-public', 'uwsgi'],
    packages: ['keystone', 'uwsgi-core', 'uwsgi-plugin-python3'],
  },
};

/** Absolute path of a program, or undefined where it is not installed. Looks beyond PATH where daemons are kept. */
export function findProgram(name: string): string | undefined {
  const places = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    ...gitPlaces(name),
  ];
  return places.map((place) => join(place, name)).find(isExecutable);
}

/** Why a part cannot be had here, one clause; undefined where it can. */
export function whyMissing(part: RealPart): string | undefined {
  const { programs, packages } = NEEDS[part];
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) return `${missing.join(', ')} not installed (Debian: ${packages.join(' ')})`;
  if (part === 'lab' && !canMakeNamespaces()) return 'hosts of its own need root with CAP_SYS_ADMIN';
  if (part === 'mount' && !canMakeNamespaces()) return 'mounting needs root with CAP_SYS_ADMIN';
  return undefined;
}

/** Path of the part's program. Throws, naming what to install, where it cannot be had: call it inside `describeWith`. */
export function requirePart(part: RealPart): string {
  const why = whyMissing(part);
  if (why !== undefined) throw new Error(`${part} cannot be had here: ${why}`);
  return findProgram(NEEDS[part].programs[0]!)!;
}

/**
 * `describe` for tests on real parts, and the only way in which a test may not run. Where a part cannot be had, the tests
 * are collected but not run, and the summary lists them by name with the reason; with `CI=true` they fail instead.
 */
export function describeWith(parts: readonly RealPart[], name: string, tests: () => void): void {
  const reasons = parts.map(whyMissing).filter((why) => why !== undefined);
  if (reasons.length === 0) {
    describe(name, tests);
    return;
  }
  if (process.env.CI === 'true') {
    describe(name, () => {
      it(`needs ${parts.join(', ')}`, () => {
        throw new Error(`with CI=true every real part must be there: ${reasons.join('; ')}`);
      });
    });
    return;
  }
  describe.skip(`${name} [not run: ${reasons.join('; ')}]`, tests);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

let gitExecPath: string[] | undefined;

/** Git keeps the programs that it calls itself in a folder of its own. */
function gitPlaces(name: string): string[] {
  if (!name.startsWith('git-')) return [];
  try {
    gitExecPath ??= [
      execFileSync('git', ['--exec-path'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
    ];
  } catch {
    gitExecPath = [];
  }
  return gitExecPath;
}

/** True for root that holds CAP_SYS_ADMIN (bit 21): root inside an ordinary container does not. */
function canMakeNamespaces(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${effective}`) & (1n << 21n)) !== 0n;
  } catch {
    return false;
  }
}
