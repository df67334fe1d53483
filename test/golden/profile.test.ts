import { describe, expect, it } from 'vitest';
import { familyNamed } from '../../reconciler/hosts/families/registry.ts';
import { convergeScript } from '../../reconciler/hosts/profile/converge.ts';
import { planChanges } from '../../reconciler/hosts/profile/plan-changes.ts';
import type { SeenFile } from '../../reconciler/hosts/profile/seen.ts';
import { seenHost } from '../support/seen-host.ts';
import { wantedFile, wantedHost, wantedService } from '../support/wanted-host.ts';

const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nmine\n';
const WANTED = wantedHost({
  repositories: [wantedFile('/etc/repos/local.key', KEY), wantedFile('/etc/repos/local', "it's here\n")],
  packages: ['web', 'tools'],
  files: [wantedFile('/etc/my web/a.conf', 'one\n', { mode: '0640', group: 'web', check: ['web', '--test={}', '{}', '$(x)'] })],
  commands: [{ name: 'make-it', script: "echo 'it is'\n", unless: '[ -e /made ]' }],
  services: [wantedService('web', { restartOn: ['/etc/my web/a.conf'] })],
});
const regular: SeenFile = { state: 'regular', sha256: '', mode: '0644', owner: 'root', group: 'root', uid: '0', gid: '0' };
const SEEN = seenHost({
  packages: new Map([['old', true]]),
  files: new Map([['/etc/old', regular], ['/etc/web.d/old', regular]]),
  services: new Map([['old', { enabled: 'enabled', running: true }]]),
  inventory: [
    { kind: 'package', name: 'old', before: 'absent' },
    { kind: 'file', name: '/etc/old', before: 'kept' },
    { kind: 'file', name: '/etc/web.d/old', before: 'absent' },
    { kind: 'service', name: 'old', before: 'absent', aspect: 'running' },
  ],
  restartOn: new Map([['web', ['/etc/web.d/old']]]),
});

/** The script without the functions that every one of them has. */
function callsOf(family: string): string {
  const script = convergeScript(familyNamed(family)!, WANTED, planChanges(WANTED, SEEN), {
    stepsRoot: '/var/lib/intendant/prod/steps',
  }) as string;
  const functions = script.slice(script.indexOf('installed() { '), script.indexOf('\nbring() {'));
  return `${functions.trimEnd()}\n\n${script.slice(script.indexOf('\nbegin\n') + 1)}`;
}

describe('the script that brings a profile about', () => {
  it.each(['apt', 'dnf', 'yum', 'zypper', 'apk'])('is this for %s', async (family) => {
    await expect(callsOf(family)).toMatchFileSnapshot(`./profile/${family}.txt`);
  });
});
