import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimRun } from './owner.ts';
import { labFolder } from './places.ts';
import { tool } from './tool.ts';

/** What a lab host is made of. Its digest names the image, so that a change of the recipe makes a new one. */
const RECIPE = {
  version: 1,
  suite: 'bookworm',
  packages: ['openssh-server', 'systemd-sysv', 'dbus', 'iproute2', 'procps', 'sudo', 'udev'],
  /** Files that every host has. */
  files: {
    'etc/ssh/sshd_config.d/lab.conf': 'PermitRootLogin prohibit-password\nUseDNS no\n',
    'etc/systemd/journald.conf.d/lab.conf': '[Journal]\nStorage=persistent\nSyncIntervalSec=1s\n',
    // Shorter shutdowns: nothing on these hosts is worth ninety seconds.
    'etc/systemd/system.conf.d/lab.conf': '[Manager]\nDefaultTimeoutStopSec=5s\n',
    'etc/sudoers.d/lab': '%sudo ALL=(ALL:ALL) NOPASSWD: ALL\n',
  },
  /** Every host gets its own. */
  remove: ['etc/machine-id', 'etc/ssh/ssh_host_rsa_key', 'etc/ssh/ssh_host_ecdsa_key', 'etc/ssh/ssh_host_ed25519_key'],
  /** Units that would only take time. */
  mask: [
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
    'systemd-networkd.service',
    'console-getty.service',
    'getty.target',
  ],
};

/**
 * The root file system that all lab hosts share read-only. Made once with mmdebstrap (half a minute), then kept; two
 * runs that make it at the same time do not disturb each other.
 */
export async function baseImage(): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(RECIPE)).digest('hex').slice(0, 16);
  const image = join(labFolder(), `base-${digest}`);
  if (existsSync(image)) return image;

  await mkdir(labFolder(), { recursive: true });
  const workshop = await mkdtemp(join(labFolder(), 'making-'));
  claimRun(workshop);
  try {
    const root = join(workshop, 'root');
    const include = `--include=${RECIPE.packages.join(',')}`;
    await tool('mmdebstrap', ['--quiet', '--variant=minbase', include, RECIPE.suite, root], 300_000);
    for (const [path, text] of Object.entries(RECIPE.files)) await writeInto(root, path, text);
    for (const path of RECIPE.remove) await rm(join(root, path), { force: true });
    await rm(join(root, 'etc/ssh/ssh_host_rsa_key.pub'), { force: true });
    for (const unit of RECIPE.mask) await symlink('/dev/null', join(root, 'etc/systemd/system', unit));
    await mkdir(join(root, 'var/log/journal'), { recursive: true });
    await rename(root, image).catch((error: NodeJS.ErrnoException) => {
      // Another run was quicker: its image is as good as ours.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  return image;
}

async function writeInto(root: string, path: string, text: string): Promise<void> {
  const full = join(root, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, text);
}
