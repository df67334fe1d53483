import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renderCommand } from '../../reconciler/hosts/command.ts';
import { renderScript, type FamilyCommand, type HostFamily } from '../../reconciler/hosts/families/family.ts';
import { familyNamed } from '../../reconciler/hosts/families/registry.ts';
import { describeWith } from '../support/real-parts.ts';
import { StandInState } from '../support/stand-ins/stand-ins.ts';

const UPGRADES: Record<string, string[]> = {
  dnf: ['dnf -y --refresh upgrade'],
  yum: ['yum -y update'],
  zypper: [
    'zypper --non-interactive refresh',
    'zypper --non-interactive update --auto-agree-with-licenses',
    'zypper --non-interactive update --auto-agree-with-licenses',
  ],
  apk: ['apk --no-interactive --wait 300 update', 'apk --no-interactive --wait 300 upgrade'],
  'rpm-ostree': ['rpm-ostree upgrade'],
  bootc: ['bootc upgrade'],
};

describeWith(['busybox'], 'upgrades and deployments on hosts whose tools are stand-ins', () => {
  let folder: string;
  let state: StandInState;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'upgrades-'));
    state = new StandInState(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** As a host runs it: a script of POSIX, by dash and by busybox. */
  function run(family: HostFamily, commands: readonly FamilyCommand[], shell = ['sh']): number | null {
    const [program, ...args] = shell;
    const script = renderScript(family, commands);
    return spawnSync(program!, [...args, '-s'], { input: script, env: state.env }).status;
  }
  const ask = (line: ReturnType<HostFamily['rebootNeeded']>): number | null =>
    spawnSync('sh', ['-c', renderCommand(line)], { env: state.env }).status;

  it.each(Object.keys(UPGRADES))('%s is told the words that it knows, and nobody is asked', (name) => {
    const family = familyNamed(name)!;
    const shells = [['sh'], ['busybox', 'sh']];

    const ended = shells.map((shell) => run(family, family.upgrade(), shell));

    expect(ended).toEqual([0, 0]);
    expect(state.takeLog(/./)).toEqual([...UPGRADES[name]!, ...UPGRADES[name]!]);
  });

  it('zypper goes on where it brought itself up to date first, which is no failure', () => {
    const family = familyNamed('zypper')!;
    state.write('self-update', '');

    expect(run(family, family.upgrade())).toBe(0);
    expect(state.has('self-update')).toBe(false);
  });

  it.each(['dnf', 'yum', 'zypper'])('%s says itself whether a reboot is needed', (name) => {
    const { rebootNeeded } = familyNamed(name)!;

    const before = ask(rebootNeeded());
    state.write('reboot-due', '');
    const after = ask(rebootNeeded());

    expect([before, after]).toEqual([0, 1]);
  });

  it.each([
    ['rpm-ostree', '41.20261120.0', 'rpm-ostree deploy 41.20261120.0'],
    ['bootc', 'quay.io/example/os:2', 'bootc switch quay.io/example/os:2'],
  ])('%s deploys a version, proves it by what is booted, and goes back', (name, version, told) => {
    const family = familyNamed(name)!;
    const images = family.images!;

    const deployed = run(family, images.deploy(version));
    const early = ask(images.isDeployed(version));
    state.write('booted', `${version}\n`);
    state.write('before', 'the one before\n');
    const booted = ask(images.isDeployed(version));
    const back = run(family, images.rollback());

    expect([deployed, early, booted, back]).toEqual([0, 1, 0, 0]);
    expect(state.takeLog(/deploy|switch|rollback/)).toEqual([told, `${name} rollback`]);
  });

  it('a tool that is not there is a failure, and not a success', () => {
    const family = familyNamed('dnf')!;
    const script = renderScript(family, family.upgrade());

    const { status } = spawnSync('/bin/sh', ['-s'], { input: script, env: { PATH: folder } });

    expect(status).toBe(127);
  });
});
