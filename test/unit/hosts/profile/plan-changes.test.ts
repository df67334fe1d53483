import { describe, expect, it } from 'vitest';
import { planChanges } from '../../../../reconciler/hosts/profile/plan-changes.ts';
import { contentDigest } from '../../../../reconciler/hosts/profile/wanted.ts';
import type { WantedHost } from '../../../../reconciler/hosts/profile/wanted.ts';
import type { ProfileItem } from '../../../../reconciler/hosts/profile/changes.ts';
import type { SeenFile, SeenHost, SeenService } from '../../../../reconciler/hosts/profile/seen.ts';
import { Sensitive } from '../../../../reconciler/model/sensitive.ts';
import { tell } from '../../../support/profile-host.ts';
import { seenHost } from '../../../support/seen-host.ts';
import { wantedFile, wantedHost, wantedService } from '../../../support/wanted-host.ts';

const FILE = wantedFile('/etc/a', 'one');
const right: SeenFile = {
  state: 'regular',
  sha256: contentDigest(FILE),
  mode: '0644',
  owner: 'root',
  group: 'root',
  uid: '0',
  gid: '0',
};
const on: SeenService = { enabled: 'enabled', running: true };
const off: SeenService = { enabled: 'disabled', running: false };
const files = (file: SeenFile): Partial<SeenHost> => ({ files: new Map([['/etc/a', file]]) });
const services = (service: SeenService): Partial<SeenHost> => ({ services: new Map([['web', service]]) });
const ours = (...items: ProfileItem[]): Partial<SeenHost> => ({ inventory: items });
const file = (before: 'absent' | 'kept'): ProfileItem => ({ kind: 'file', name: '/etc/a', before });
const service = (aspect: 'enabled' | 'running', before: 'absent' | 'kept'): ProfileItem => ({
  kind: 'service',
  name: 'web',
  before,
  aspect,
});
const WEB = wantedService('web', { restartOn: ['/etc/a'] });

const CASES: [what: string, wanted: Partial<WantedHost>, seen: Partial<SeenHost>, changes: string[]][] = [
  ['nothing is wanted and nothing is ours', {}, {}, []],
  [
    'everything is missing: in the order in which it is done',
    {
      services: [WEB],
      commands: [{ name: 'make it', script: 'x', unless: 'y' }],
      files: [FILE],
      packages: ['a'],
      repositories: [wantedFile('/repo', 'one')],
    },
    services(off),
    [
      'create repository /repo',
      'install package a',
      'create file /etc/a',
      'run command make it',
      'enable service web',
      'start service web',
    ],
  ],
  ['a package is missing, and named twice', { packages: ['a', 'a'] }, {}, ['install package a']],
  ['a package is there', { packages: ['a'] }, { packages: new Map([['a', true]]) }, []],
  ['a file is missing', { files: [FILE] }, files({ state: 'absent' }), ['create file /etc/a']],
  ['a file is as wanted', { files: [FILE] }, files(right), []],
  ['a file names its owner by number', { files: [{ ...FILE, owner: '0', group: '0' }] }, files(right), []],
  ['a secret is as wanted', { files: [{ ...FILE, content: new Sensitive('one') }] }, files(right), []],
  [
    'everything about a file differs',
    { files: [FILE] },
    files({ ...right, sha256: 'f', mode: '0600', owner: 'www', group: 'adm', mislabelled: true }),
    [
      'replace file /etc/a (content, mode 0600 instead of 0644, owner www instead of root, group adm instead of root, SELinux label)',
    ],
  ],
  [
    'a directory stands in the place of a file',
    { files: [FILE] },
    files({ state: 'other', what: 'directory' }),
    ['replace file /etc/a (a directory stands there)'],
  ],
  [
    'a command is due, and another cannot say',
    { commands: ['a', 'b', 'c'].map((name) => ({ name, script: 'x', unless: 'y' })) },
    {
      commands: new Map([
        ['a', 'due' as const],
        ['b', 'unknown' as const],
        ['c', 'done' as const],
      ]),
    },
    ['run command a', 'run command b (its guard did not end in time)'],
  ],
  ['a service is off', { services: [WEB] }, services(off), ['enable service web', 'start service web']],
  ['a service is on', { services: [WEB] }, services(on), []],
  ['a service cannot be switched', { services: [WEB] }, services({ enabled: 'fixed', running: true }), []],
  [
    'a service is masked',
    { services: [WEB] },
    services({ enabled: 'masked', running: true }),
    ['enable service web (it is masked)'],
  ],
  [
    'a service should be off',
    { services: [{ ...WEB, enabled: false, running: false }] },
    services(on),
    ['disable service web', 'stop service web'],
  ],
  [
    'a service should be off that nobody knows',
    { services: [{ ...WEB, enabled: false, running: false }] },
    services({ enabled: 'absent', running: false }),
    [],
  ],
  [
    'the definition of a service changed on disk',
    { services: [WEB] },
    services({ ...on, reloadDue: true }),
    ['reload service web (its definition changed)'],
  ],
  [
    'a file of a running service changes',
    { files: [FILE], services: [WEB] },
    { ...files({ ...right, mode: '0600' }), ...services(on) },
    ['replace file /etc/a (mode 0600 instead of 0644)', 'restart service web (/etc/a changes)'],
  ],
  [
    'a file of a stopped service changes',
    { files: [FILE], services: [WEB] },
    { ...files({ state: 'absent' }), ...services({ ...on, running: false }) },
    ['create file /etc/a', 'start service web'],
  ],
  [
    'a run was cut short between a file and its restart',
    { files: [FILE], services: [WEB] },
    { ...files(right), ...services(on), restartsDue: ['web'] },
    ['restart service web (a file of it changed and it was not restarted since)'],
  ],
  [
    'a file of a running service leaves the profile',
    { services: [wantedService('web')] },
    { ...files(right), ...services(on), ...ours(file('absent')), restartOn: new Map([['web', ['/etc/a']]]) },
    ['leaving: remove file /etc/a', 'restart service web (/etc/a goes)'],
  ],
  ['a file of ours leaves', {}, { ...files(right), ...ours(file('absent')) }, ['leaving: remove file /etc/a']],
  ['a file that we replaced leaves', {}, { ...files(right), ...ours(file('kept')) }, ['leaving: restore file /etc/a']],
  [
    'a file that we replaced is gone',
    {},
    { ...files({ state: 'absent' }), ...ours(file('kept')) },
    ['leaving: restore file /etc/a'],
  ],
  [
    'a file of ours is gone',
    {},
    { ...files({ state: 'absent' }), ...ours(file('absent')) },
    ['leaving: forget file /etc/a'],
  ],
  [
    'a link stands where our file was',
    {},
    { ...files({ state: 'other', what: 'symbolic link' }), ...ours(file('kept')) },
    ['leaving: forget file /etc/a (a symbolic link stands there now)'],
  ],
  ['a file becomes a repository', { repositories: [FILE] }, { ...files(right), ...ours(file('absent')) }, []],
  [
    'a package of ours leaves, one is gone, one was never told of',
    {},
    {
      packages: new Map([
        ['a', true],
        ['b', false],
      ]),
      inventory: ['a', 'b', 'c'].map((name) => ({ kind: 'package', name, before: 'absent' })),
    },
    ['leaving: forget package b', 'leaving: remove package a'],
  ],
  [
    'a package that is wanted is ours',
    { packages: ['a'] },
    { packages: new Map([['a', true]]), ...ours({ kind: 'package', name: 'a', before: 'absent' }) },
    [],
  ],
  [
    'a service that we switched on leaves',
    {},
    { ...services(on), ...ours(service('enabled', 'absent'), service('running', 'absent')) },
    ['leaving: stop service web', 'leaving: disable service web'],
  ],
  [
    'a service that was enabled before leaves',
    {},
    { ...services(on), ...ours(service('running', 'absent')) },
    ['leaving: stop service web'],
  ],
  [
    'a service that we switched off leaves',
    {},
    { ...services(off), ...ours(service('enabled', 'kept'), service('running', 'kept')) },
    ['leaving: start service web', 'leaving: enable service web'],
  ],
  [
    'a service that leaves is off already',
    {},
    { ...services(off), ...ours(service('enabled', 'absent'), service('running', 'absent')) },
    ['leaving: forget service web'],
  ],
  ['a service leaves a host without a manager', {}, { manager: 'none', ...ours(service('running', 'absent')) }, []],
  [
    'all sorts leave: services before files, files before packages, repositories last, the newest first',
    {},
    {
      ...services(on),
      packages: new Map([
        ['p', true],
        ['q', true],
      ]),
      files: new Map([
        ['/etc/a', right],
        ['/etc/b', right],
        ['/repo', right],
      ]),
      inventory: [
        service('running', 'absent'),
        { kind: 'repository', name: '/repo', before: 'absent' },
        { kind: 'package', name: 'p', before: 'absent' },
        { kind: 'package', name: 'q', before: 'absent' },
        file('absent'),
        { kind: 'file', name: '/etc/b', before: 'kept' },
      ],
    },
    [
      'leaving: stop service web',
      'leaving: restore file /etc/b',
      'leaving: remove file /etc/a',
      'leaving: remove package q',
      'leaving: remove package p',
      'leaving: remove repository /repo',
    ],
  ],
];

describe('the plan for a profile', () => {
  it.each(CASES)('where %s', (_what, wanted, seen, changes) => {
    const plan = planChanges(wantedHost(wanted), seenHost(seen));

    expect(plan.map(tell)).toEqual(changes);
  });

  it('never tells what stands in a file', () => {
    const secret = wantedFile('/etc/a', new Sensitive('hunter2'));

    const plan = planChanges(wantedHost({ files: [secret] }), seenHost(files(right)));

    expect(JSON.stringify(plan)).not.toMatch(/hunter2|[0-9a-f]{64}/);
  });
});
