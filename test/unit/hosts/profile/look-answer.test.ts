import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apt } from '../../../../reconciler/hosts/families/apt.ts';
import { failedChange } from '../../../../reconciler/hosts/profile/failed-change.ts';
import { parseInventory, profileFolder } from '../../../../reconciler/hosts/profile/inventory.ts';
import { lookCommand, parseLook } from '../../../../reconciler/hosts/profile/look.ts';
import { parseItems } from '../../../../reconciler/hosts/profile/seen-items.ts';
import type { WantedHost } from '../../../../reconciler/hosts/profile/wanted.ts';
import { Sensitive } from '../../../../reconciler/model/sensitive.ts';
import { bytesOf } from '../../../support/standard-input.ts';
import { wantedFile, wantedHost, wantedService } from '../../../support/wanted-host.ts';

const SUM = 'a'.repeat(64);
const WANTED = wantedHost({
  packages: ['docker.io'],
  files: [wantedFile('/etc/my app.conf', new Sensitive('hunter2'))],
  commands: [{ name: 'make it', script: 'x', unless: '[ -e /x ]' }],
  services: [wantedService('docker')],
});
const ITEMS = [
  'package yes docker.io',
  `file regular ${SUM} 644 root www-data 0 33 right /etc/my app.conf`,
  'command due make it',
  'service enabled yes no docker',
];

function answer(
  items: readonly string[],
  inventory: readonly string[] = [],
  more: Record<string, string> = {},
): string {
  const base64 = (lines: readonly string[]): string => Buffer.from(lines.join('\n')).toString('base64');
  const fields = {
    state: 'seen',
    manager: 'systemd',
    selinux: 'enforcing',
    inventory: base64(inventory),
    items: base64(items),
    ...more,
  };
  const lines = Object.entries(fields).map(([key, value]) => `${key}=${value}\n`);
  return `noise\n@@intendant:n@@ begin\n${lines.join('')}@@intendant:n@@ end\n`;
}

describe('a look at a profile', () => {
  it('is read from a complete answer', () => {
    const inventory = [
      'file kept /etc/my app.conf',
      'enabled absent docker',
      'restart due docker',
      'restart-on docker /etc/my app.conf',
      'applied d0',
    ];

    const seen = parseLook(answer(ITEMS, inventory), 'n', WANTED, 'web-1')!.seen;

    expect(seen).toEqual({
      manager: 'systemd',
      selinux: 'enforcing',
      packages: new Map([['docker.io', true]]),
      files: new Map([
        [
          '/etc/my app.conf',
          { state: 'regular', sha256: SUM, mode: '0644', owner: 'root', group: 'www-data', uid: '0', gid: '33' },
        ],
      ]),
      commands: new Map([['make it', 'due']]),
      services: new Map([['docker', { enabled: 'enabled', running: true }]]),
      inventory: [
        { kind: 'file', name: '/etc/my app.conf', before: 'kept' },
        { kind: 'service', name: 'docker', before: 'absent', aspect: 'enabled' },
      ],
      applied: 'd0',
      restartsDue: ['docker'],
      restartOn: new Map([['docker', ['/etc/my app.conf']]]),
    });
  });

  it.each(ITEMS.map((line, index) => [line, index] as const))('is not complete without %s', (_line, index) => {
    const rest = ITEMS.filter((_each, at) => at !== index);

    expect(parseLook(answer(rest), 'n', WANTED, 'web-1')).toBeUndefined();
  });

  it('throws the host’s reason where it cannot tell', () => {
    const says = (): unknown =>
      parseLook(answer([], [], { state: 'error', message: 'no\u001b[31m room' }), 'n', WANTED, 'web-1');

    expect(says).toThrow(
      expect.objectContaining({ code: 'LOOK_FAILED', message: 'web-1 cannot tell what it has: no room' }),
    );
  });

  it('reads nothing out of garbage, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const items = parseItems(text);
        const inventory = parseInventory(text);

        expect(items.files.size + items.services.size).toBe(0);
        expect(inventory.items).toEqual([]);
      }),
    );
  });

  it.each([
    ['a state that no service has', 'service asleep yes no docker'],
    ['a state of ten kinds', 'service enabled;reboot yes no docker'],
    ['a mode that is no mode', `file regular ${SUM} 9999 root root 0 0 right /etc/a`],
    ['a path that is not absolute', 'file absent etc/passwd'],
    ['a digest that is none', 'file regular xyz 644 root root 0 0 right /etc/a'],
  ])('leaves out %s', (_what, line) => {
    const { files, services } = parseItems(line);

    expect(files.size + services.size).toBe(0);
  });

  it('leaves out what would not show as what it is', () => {
    expect(parseInventory('package absent a\u202eb\nfile kept /etc/\u001b[2Jx\npackage kept-not x').items).toEqual([]);
  });

  it('never sends the content of a file', () => {
    const verb = lookCommand(
      { user: 'root', nonce: 'n' },
      { wanted: WANTED, family: apt, place: { stepsRoot: '/s/steps' } },
    );

    expect(bytesOf(verb.stdin).toString()).not.toMatch(/hunter2|[0-9a-f]{64}/);
  });

  it.each<[string, Partial<WantedHost>]>([
    ['a package that is an option', { packages: ['-o=x'] }],
    ['a service with a space', { services: [wantedService('a b')] }],
    ['a path with two lines', { files: [wantedFile('/etc/a\nb', '')] }],
    ['a path that climbs', { files: [wantedFile('/etc/../a', '')] }],
    ['a relative path', { repositories: [wantedFile('etc/a', '')] }],
    ['a command with two lines', { commands: [{ name: 'a\nb', script: '', unless: '' }] }],
  ])('refuses %s', (_what, wanted) => {
    const build = (): unknown =>
      lookCommand(
        { user: 'root', nonce: 'n' },
        { wanted: wantedHost(wanted), family: apt, place: { stepsRoot: '/s/steps' } },
      );

    expect(build).toThrow(/no name for that/);
  });

  it('keeps its record beside the steps', () => {
    expect(profileFolder({ stepsRoot: '/var/lib/intendant/prod/steps' })).toBe('/var/lib/intendant/prod/profile');
  });
});

describe('the change at which a run ended', () => {
  it('is the last that was begun, with its reason before what the tool said', () => {
    const output =
      '@@change create file /etc/a\n@@change install package b\n  E: no b\n  E: none\nfailed: b was not installed\n';

    expect(failedChange(output)).toEqual({
      change: 'install package b',
      message: 'b was not installed: E: no b; E: none',
    });
  });

  it('is not what a tool claims, which is indented', () => {
    expect(failedChange('@@change run command a\n  @@change run command evil\n')).toMatchObject({
      change: 'run command a',
    });
  });

  it('is known where the run was killed, and not before the first', () => {
    expect(failedChange('@@change start service a\n')).toEqual({ change: 'start service a', message: '' });
    expect(failedChange('failed: no room\n')).toBeUndefined();
  });
});
