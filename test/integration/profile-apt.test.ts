import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apt } from '../../reconciler/hosts/families/apt.ts';
import { failedChange } from '../../reconciler/hosts/profile/failed-change.ts';
import type { WantedHost } from '../../reconciler/hosts/profile/wanted.ts';
import { Sensitive } from '../../reconciler/model/sensitive.ts';
import { makeDebRepository } from '../support/deb-repository.ts';
import { startLab } from '../support/lab/lab.ts';
import type { Lab } from '../support/lab/lab.ts';
import { ProfileHost } from '../support/profile-host.ts';
import { describeWith } from '../support/real-parts.ts';
import { wantedFile, wantedHost, wantedService } from '../support/wanted-host.ts';

/** Tools that a host with busybox has from it; dpkg needs the GNU ones of the rest. */
const APPLETS =
  'base64 cat chmod chown cp cut date dd grep mkdir mv rm sed setsid sha256sum sleep sort stat sync tail tr';
/** `INTENDANT_PROFILE=all`: runs are killed at each change, and everything is tried in both shells. */
const ALL = process.env.INTENDANT_PROFILE === 'all';
const KILLS = ALL ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] : [2];

const unit = (text: string): string =>
  `[Service]\nExecStart=/bin/sh -c '${text}; exec sleep infinity'\n[Install]\nWantedBy=multi-user.target\n`;
const ticker = (text: string): string => unit(`echo ${text} >/run/ticker.seen`);

const WANTED: WantedHost = wantedHost({
  digest: 'full-1',
  repositories: [wantedFile('/etc/apt/sources.list.d/local.list', 'deb [trusted=yes] file:/srv/packages ./\n')],
  packages: ['greeting', 'greeter'],
  files: [
    wantedFile('/etc/greeter.conf', 'from the profile\n', { check: ['grep', '-q', 'profile', '{}'] }),
    wantedFile('/etc/motd', 'héllo\n'),
    wantedFile('/etc/deep folder/secret', new Sensitive('hidden\n'), {
      mode: '0600',
      owner: 'nobody',
      group: 'nogroup',
    }),
    wantedFile('/etc/systemd/system/ticker.service', ticker('one')),
  ],
  commands: [{ name: 'make it', script: 'echo made >/var/lib/made', unless: '[ -e /var/lib/made ]' }],
  services: [
    wantedService('greeter', { restartOn: ['/etc/greeter.conf'] }),
    wantedService('ticker', { restartOn: ['/etc/systemd/system/ticker.service'] }),
    wantedService('ssh'),
  ],
});

function variant(files: Record<string, string>, digest: string): WantedHost {
  const content = (path: string, before: string | Sensitive): string | Sensitive => files[path] ?? before;
  return {
    ...WANTED,
    digest,
    files: WANTED.files.map((each) => ({ ...each, content: content(each.path, each.content) })),
  };
}

describeWith(['lab', 'busybox'], 'a profile on a real Debian host', () => {
  let lab: Lab;
  let root: string;

  beforeAll(async () => {
    lab = await startLab();
    await lab.boot('p1', '10.77.0.31');
    root = lab.host('p1').root;
    makeDebRepository(join(root, 'srv/packages'), [
      { name: 'greeting', version: '1.0', files: { '/usr/share/greeting': 'hi\n' } },
      { name: 'needy', version: '1.0', depends: 'greeting' },
      {
        name: 'greeter',
        version: '1.0',
        files: {
          '/etc/greeter.conf': 'from the package\n',
          '/lib/systemd/system/greeter.service': unit('cat /etc/greeter.conf >/run/greeter.seen'),
        },
        scripts: { postinst: 'systemctl enable --now greeter', prerm: 'systemctl disable --now greeter' },
      },
    ]);
    mkdirSync(join(root, 'root/scratch'));
    await sh(
      'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*; apt-get -q update; echo stood here >/etc/motd; chmod 600 /etc/motd',
    );
  }, 300_000);

  afterAll(async () => {
    await lab?.stop();
  });

  const sh = (text: string): Promise<string> => lab.exec('p1', ['sh', '-c', text]);
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  /** What a profile could touch, and must leave as it was when all of it has gone. */
  const state = (): Promise<string> =>
    sh(
      "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' | grep ' installed'; systemctl list-unit-files --state=enabled --no-legend; systemctl is-active ssh; stat -c '%a %U' /etc/motd; cat /etc/motd; ls /etc /etc/systemd/system /etc/apt/sources.list.d; systemctl list-units --type=service --state=running --no-legend | cut -c 1-40",
    );
  async function host(busybox: boolean): Promise<ProfileHost> {
    const init = await lab.host('p1').power.init();
    const path = `${busybox ? '/root/applets:' : ''}/usr/sbin:/usr/bin:/sbin:/bin`;
    if (busybox && !existsSync(join(root, 'root/applets'))) {
      writeFileSync(
        join(root, 'usr/bin/busybox'),
        readFileSync(execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim()),
        { mode: 0o755 },
      );
      await sh(`mkdir /root/applets; for a in ${APPLETS}; do ln -s /usr/bin/busybox /root/applets/$a; done`);
    }
    return new ProfileHost({
      inside: ['nsenter', `--target=${init}`, '--all', '--root', '--wd', '--', 'env', '-i', `PATH=${path}`],
      shell: busybox ? ['busybox', 'sh'] : ['sh'],
      scratch: { here: join(root, 'root/scratch'), there: '/root/scratch' },
      family: apt,
      place: { stepsRoot: '/var/lib/intendant/prod/steps' },
    });
  }

  describe.each([
    ['dash', false],
    ['busybox', true],
  ])('in %s', (_name, busybox) => {
    const whole = busybox && !ALL ? (): void => undefined : it;
    let there: ProfileHost;
    let before: string;

    beforeAll(async () => {
      there = await host(busybox);
      before = await state();
    });

    it('is brought about once: the second look finds nothing to do', async () => {
      const done = await there.converge(WANTED);
      const seen = await there.look(WANTED);

      expect(done).toMatchObject({ exitCode: 0 });
      expect(done.changes).toEqual([
        'create repository /etc/apt/sources.list.d/local.list',
        'install package greeting',
        'install package greeter',
        'create file /etc/greeter.conf',
        'replace file /etc/motd (content, mode 0600 instead of 0644)',
        'create file /etc/deep folder/secret',
        'create file /etc/systemd/system/ticker.service',
        'run command make it',
        'enable service greeter',
        'start service greeter',
        'enable service ticker',
        'start service ticker',
      ]);
      expect(await there.plan(WANTED)).toEqual([]);
      expect(seen.applied).toBe('full-1');
      expect(
        read('var/lib/intendant/prod/profile/inventory')
          .split('\n')
          .filter((line) => / (absent|kept) /.test(line)),
      ).toEqual([
        'enabled absent greeter',
        'running absent greeter',
        'enabled absent ticker',
        'running absent ticker',
        'repository absent /etc/apt/sources.list.d/local.list',
        'package absent greeting',
        'package absent greeter',
        'file kept /etc/greeter.conf',
        'file kept /etc/motd',
        'file absent /etc/deep folder/secret',
        'file absent /etc/systemd/system/ticker.service',
      ]);
      expect(await sh('cat /run/greeter.seen /run/ticker.seen')).toBe('from the profile\none\n');
      expect(await sh("stat -c '%a %U:%G' '/etc/deep folder/secret'")).toBe('600 nobody:nogroup\n');
      expect(read('etc/deep folder/secret')).toBe('hidden\n');
    });

    whole('restarts the one service whose file changed', async () => {
      const changed = variant({ '/etc/systemd/system/ticker.service': ticker('two') }, 'full-2');
      const greeter = await sh('systemctl show -p MainPID greeter');

      const done = await there.converge(changed);

      expect(done.changes).toEqual([
        'replace file /etc/systemd/system/ticker.service (content)',
        'restart service ticker (/etc/systemd/system/ticker.service changes)',
      ]);
      expect(await sh('cat /run/ticker.seen; systemctl show -p MainPID greeter')).toBe(`two\n${greeter}`);
      expect(await there.plan(changed)).toEqual([]);
    });

    it('sees each sort of drift, and heals it', async () => {
      await there.converge(WANTED);
      await sh(
        'apt-get -qy remove greeting; echo by hand >/etc/greeter.conf; chmod 640 /etc/motd; chown root "/etc/deep folder/secret"; rm /var/lib/made; systemctl -q disable ticker; systemctl stop greeter',
      );

      const done = await there.converge(WANTED);

      expect(done).toMatchObject({ exitCode: 0 });
      expect(done.changes).toEqual([
        'install package greeting',
        'replace file /etc/greeter.conf (content)',
        'replace file /etc/motd (mode 0640 instead of 0644)',
        'replace file /etc/deep folder/secret (owner root instead of nobody)',
        'run command make it',
        'start service greeter',
        'enable service ticker',
      ]);
      expect(await there.plan(WANTED)).toEqual([]);
    });

    whole('stops at a file that does not pass its check, and leaves the host as it is', async () => {
      const bad = variant({ '/etc/greeter.conf': 'broken\n', '/etc/motd': 'after it\n' }, 'bad');

      const done = await there.converge(bad);

      expect(done).toMatchObject({ exitCode: 1 });
      expect(failedChange(done.output)).toEqual({
        change: 'replace file /etc/greeter.conf',
        message: 'the new /etc/greeter.conf does not pass its check',
      });
      expect(read('etc/greeter.conf')).toBe('from the profile\n');
      expect(read('etc/motd')).toBe('héllo\n');
      expect(await sh('ls -A /etc | grep intendant || true')).toBe('');
      expect(await there.plan(WANTED)).toEqual([]);
    });

    whole('names what cannot be done: a link, a package that nobody has, a user that is not there', async () => {
      await sh('ln -sf /etc/motd /etc/a-link');
      const attempt = async (more: Partial<WantedHost>): Promise<unknown> =>
        failedChange((await there.converge({ ...WANTED, ...more })).output);

      const link = await attempt({ files: [...WANTED.files, wantedFile('/etc/a-link', 'x')] });
      const unknown = await attempt({ packages: [...WANTED.packages, 'no-such-package'] });
      const user = await attempt({ files: [...WANTED.files, wantedFile('/etc/b', 'x', { owner: 'nouser' })] });
      await sh('rm /etc/a-link');

      expect(link).toMatchObject({
        change: 'replace file /etc/a-link',
        message: expect.stringContaining('symbolic link'),
      });
      expect(unknown).toMatchObject({
        change: 'install package no-such-package',
        message: expect.stringContaining('Unable to locate package'),
      });
      expect(user).toMatchObject({ change: 'create file /etc/b', message: expect.stringContaining('nouser') });
    });

    whole('takes back what left the profile, restores what was replaced, and leaves what others need', async () => {
      await sh('apt-get -qy install needy');
      const less = { ...WANTED, digest: 'less', packages: ['greeter'], files: WANTED.files.slice(1, 2) };

      const done = await there.converge({
        ...less,
        services: WANTED.services.filter(({ name }) => name === 'greeter'),
      });

      expect(done).toMatchObject({ exitCode: 0, output: expect.stringContaining('package greeting stays') });
      expect(done.changes).toEqual([
        'leaving: stop service ticker',
        'leaving: disable service ticker',
        'leaving: remove file /etc/systemd/system/ticker.service',
        'leaving: remove file /etc/deep folder/secret',
        'leaving: restore file /etc/greeter.conf',
        'leaving: remove package greeting',
        'restart service greeter (/etc/greeter.conf goes)',
      ]);
      expect(await sh('cat /run/greeter.seen; systemctl is-active ssh; cat /usr/share/greeting')).toBe(
        'from the package\nactive\nhi\n',
      );
      await sh('apt-get -qy remove needy greeting');
    });

    it('leaves nothing behind when all of it goes', async () => {
      await there.converge(WANTED);

      const done = await there.clean();

      expect(done).toMatchObject({ exitCode: 0 });
      await sh('rm -rf /var/lib/made "/etc/deep folder"; dpkg --purge greeter greeting needy 2>/dev/null; true');
      expect(await state()).toBe(before);
      expect(existsSync(join(root, 'var/lib/intendant/prod/profile'))).toBe(false);
    });
  });

  it.each(KILLS)(
    'is finished by the next run when one is killed at change %i, and knows what is ours',
    async (killAt) => {
      const there = await host(false);
      const before = await state();

      const killed = await there.converge(WANTED, killAt);
      const after = await there.converge(WANTED);

      expect(killed.exitCode).toBe(undefined);
      expect(after).toMatchObject({ exitCode: 0 });
      expect(await there.plan(WANTED)).toEqual([]);
      expect(await sh('cat /run/greeter.seen /run/ticker.seen')).toBe('from the profile\none\n');
      expect(await there.clean()).toMatchObject({ exitCode: 0 });
      await sh('rm -rf /var/lib/made "/etc/deep folder"; dpkg --purge greeter greeting 2>/dev/null; true');
      expect(await state()).toBe(before);
    },
  );
});
