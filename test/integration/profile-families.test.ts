import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { familyNamed } from '../../reconciler/hosts/families/registry.ts';
import { convergeScript } from '../../reconciler/hosts/profile/converge.ts';
import { failedChange } from '../../reconciler/hosts/profile/failed-change.ts';
import type { WantedHost } from '../../reconciler/hosts/profile/wanted.ts';
import { ProfileHost } from '../support/profile-host.ts';
import { describeWith } from '../support/real-parts.ts';
import { StandInState } from '../support/stand-ins/stand-ins.ts';
import { wantedFile, wantedHost, wantedService } from '../support/wanted-host.ts';

/** What changes something; the rest only looks. */
const EFFECTS =
  / (install|remove|add|del|makecache|refresh|update|fix|enable|disable|start|stop|restart|daemon-reload|--import|delete) ?|^restorecon \//;
const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n…\n';

interface Told {
  refresh: string;
  install: (names: string) => string;
  repair?: string;
  remove: (names: string) => string;
}
const TOLD: Record<string, Told> = {
  dnf: {
    refresh: 'dnf -y --refresh makecache',
    install: (names) => `dnf -y install ${names}`,
    remove: (names) => `dnf -y --setopt=clean_requirements_on_remove=False remove ${names}`,
  },
  yum: {
    refresh: 'yum -y makecache',
    install: (names) => `yum -y install ${names}`,
    remove: (names) => `yum -y --setopt=clean_requirements_on_remove=False remove ${names}`,
  },
  zypper: {
    refresh: 'zypper --non-interactive refresh',
    install: (names) => `zypper --non-interactive install --auto-agree-with-licenses ${names}`,
    remove: (names) => `zypper --non-interactive remove ${names}`,
  },
  apk: {
    refresh: 'apk --no-interactive --wait 300 update',
    install: (names) => `apk --no-interactive --wait 300 add ${names}`,
    repair: 'apk --no-interactive --wait 300 fix',
    remove: (names) => `apk --no-interactive --wait 300 del ${names}`,
  },
};

describeWith(['mount', 'busybox'], 'a profile on hosts whose tools are stand-ins', () => {
  let folder: string;
  let state: StandInState;
  let etc: (name: string) => string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'families-'));
    state = new StandInState(join(folder, 'state'));
    mkdirSync(join(folder, 'etc'));
    etc = (name) => join(folder, 'etc', name);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A mount namespace of its own, in which /run says that systemd runs, or nothing. */
  function hostOf(family: string, manager: 'systemd' | 'openrc', shell: string[] = ['sh']): ProfileHost {
    const run = `mount -t tmpfs tmpfs /run && ${manager === 'systemd' ? 'mkdir -p /run/systemd/system && ' : ''}exec "$@"`;
    return new ProfileHost({
      inside: ['unshare', '--mount', 'sh', '-c', run, 'inside'],
      shell,
      scratch: { here: folder, there: folder },
      family: familyNamed(family)!,
      place: { stepsRoot: join(folder, 'intendant/steps') },
      env: state.env,
    });
  }
  function wanted(more: Partial<WantedHost> = {}): WantedHost {
    return wantedHost({
      repositories: [wantedFile(etc('local.repo'), '[local]\n'), wantedFile(etc('local.key'), KEY)],
      packages: ['web-service', 'tools'],
      files: [wantedFile(etc('web.conf'), 'one\n')],
      services: [wantedService('web-service', { restartOn: [etc('web.conf')] })],
      ...more,
    });
  }

  describe.each([
    ['dnf', 'systemd', ['sh']],
    ['yum', 'systemd', ['sh']],
    ['zypper', 'systemd', ['sh']],
    ['apk', 'openrc', ['busybox', 'sh']],
  ] as const)('of %s with %s', (family, manager, shell) => {
    const told = TOLD[family]!;
    const service = (action: string): string =>
      manager === 'systemd'
        ? `systemctl ${action} web-service`
        : ({ enable: 'rc-update add web-service default', disable: 'rc-update --all delete web-service' }[action] ??
          `rc-service web-service ${action}`);

    it('is brought about once, changes with its files, and goes again', async () => {
      const host = hostOf(family, manager, [...shell]);
      state.write('available', 'web-service\ntools\n');

      const first = await host.converge(wanted());
      const firstLog = state.takeLog(EFFECTS);
      const second = await host.plan(wanted());
      const changed = await host.converge(wanted({ files: [wantedFile(etc('web.conf'), 'two\n')] }));
      const changedLog = state.takeLog(EFFECTS);
      const cleaned = await host.clean();
      const cleanedLog = state.takeLog(EFFECTS);

      expect(first).toMatchObject({ exitCode: 0 });
      expect(firstLog).toEqual([
        ...(family === 'zypper' ? [expect.stringMatching(/^rpm --import .*\.tmp$/)] : []),
        told.refresh,
        told.install('web-service tools'),
        service('enable'),
        service('start'),
      ]);
      expect(second).toEqual([]);
      expect(changed).toMatchObject({ exitCode: 0 });
      expect(changedLog).toEqual([service('restart')]);
      expect(cleaned).toMatchObject({ exitCode: 0 });
      expect(cleanedLog).toEqual([service('stop'), service('disable'), told.remove('tools web-service')]);
      expect(
        ['installed/tools', 'installed/web-service', 'enabled/web-service'].filter((path) => state.has(path)),
      ).toEqual([]);
      expect(
        execFileSync('ls', ['-A', join(folder, 'etc'), join(folder, 'intendant')], { encoding: 'utf8' }),
      ).not.toMatch(/local|web|profile/);
    });

    it('reads the lists anew where a package is not found, and names the one that is nowhere', async () => {
      const host = hostOf(family, manager, [...shell]);
      state.write('available', 'tools\n');
      state.write('offered', 'late\n');
      const only = (packages: string[]): WantedHost => wantedHost({ packages });

      const found = await host.converge(only(['tools', 'late']));
      const log = state.takeLog(EFFECTS);
      const missing = await host.converge(only(['tools', 'late', 'nowhere']));

      expect(found).toMatchObject({ exitCode: 0 });
      expect(log).toEqual([
        told.install('tools late'),
        told.refresh,
        ...(told.repair ? [told.repair] : []),
        told.install('tools late'),
      ]);
      expect(missing).toMatchObject({ exitCode: 1 });
      expect(failedChange(missing.output)).toMatchObject({
        change: 'install package nowhere',
        message: expect.stringMatching(/^the package nowhere was not installed: .*nowhere/),
      });
      expect(readFileSync(join(folder, 'intendant/profile/inventory'), 'utf8')).not.toContain('nowhere');
    });

    it('leaves a package that others need by now, and one that was there before', async () => {
      const host = hostOf(family, manager, [...shell]);
      state.write('available', 'web-service\ntools\n');
      state.write('installed/before', '');
      const packages = ['before', 'tools', 'web-service'];
      await host.converge(wantedHost({ packages }));
      state.write('needed/tools', 'of-somebody');

      const done = await host.converge(wantedHost());

      expect(done).toMatchObject({ exitCode: 0 });
      expect(['before', 'tools', 'web-service'].filter((name) => state.has(`installed/${name}`))).toEqual([
        'before',
        'tools',
      ]);
      expect(await host.plan(wantedHost())).toEqual([]);
    });
  });

  it('restarts a service once it can, when its file changed in a run that was cut short before that', async () => {
    const host = hostOf('dnf', 'systemd');
    state.write('available', 'web-service\ntools\n');
    await host.converge(wanted());
    state.write('broken/web-service', '');
    const changed = wanted({ digest: 'd2', files: [wantedFile(etc('web.conf'), 'two\n')] });

    const cut = await host.converge(changed);
    rmSync(join(state.folder, 'broken/web-service'));
    state.takeLog(EFFECTS);
    const rest = await host.converge(changed);

    expect(failedChange(cut.output)).toEqual({
      change: 'restart service web-service',
      message: expect.stringMatching(/^the service web-service did not restart: Job for web-service.service failed/),
    });
    expect((await host.look(changed)).applied).toBe('d2');
    expect(rest.changes).toEqual(['restart service web-service (a file of it changed and it was not restarted since)']);
    expect(state.takeLog(EFFECTS)).toEqual(['systemctl restart web-service']);
    expect(await host.plan(changed)).toEqual([]);
  });

  it('labels files anew where SELinux is on, also ones that somebody labelled otherwise', async () => {
    const host = hostOf('dnf', 'systemd');
    state.write('enforce', 'Enforcing\n');
    const files = wantedHost({ files: [wantedFile(etc('a'), 'x')] });

    await host.converge(files);
    const written = state.takeLog(EFFECTS);
    state.write('mislabelled', `${etc('a')}\n`);
    const healed = await host.converge(files);
    const { selinux } = await host.look(files);

    expect(written).toEqual([`restorecon ${etc('a')}`]);
    expect(healed.changes).toEqual([`replace file ${etc('a')} (SELinux label)`]);
    expect(selinux).toBe('enforcing');
    expect(await host.plan(files)).toEqual([]);
  });

  it.each(['rpm-ostree', 'bootc'])(
    'of %s can only say that a package is part of the image or is not',
    async (family) => {
      const host = hostOf(family, 'systemd');
      state.write('installed/in-the-image', '');
      const have = wantedHost({ packages: ['in-the-image'] });
      const miss = wantedHost({ packages: ['in-the-image', 'other'] });

      expect(await host.plan(have)).toEqual([]);
      const plan = await host.plan(miss);
      expect(() => convergeScript(familyNamed(family)!, miss, plan, { stepsRoot: '/x/steps' })).toThrow(
        expect.objectContaining({ code: 'PACKAGES_NOT_SUPPORTED', message: expect.stringContaining('other') }),
      );
    },
  );

  it('says so where no service manager runs', async () => {
    const host = hostOf('dnf', 'openrc');
    const none = wantedHost({ services: [wantedService('web-service')] });
    const script = { ...state.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const bare = new ProfileHost({
      inside: ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'inside'],
      shell: ['sh'],
      scratch: { here: folder, there: folder },
      family: familyNamed('dnf')!,
      place: { stepsRoot: join(folder, 'intendant/steps') },
      env: script,
    });

    const done = await bare.converge(none);

    expect((await host.look(none)).manager).toBe('openrc');
    expect(failedChange(done.output)).toEqual({
      change: 'enable service web-service',
      message: 'the host runs neither systemd nor OpenRC',
    });
  });
});
