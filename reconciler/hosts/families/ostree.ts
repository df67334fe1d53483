import { command, type CommandLine } from '../command.ts';
import type { HostFamily } from './family.ts';
import { RPM_INSTALLED } from './rpm-packages.ts';

/** Where ostree says that a deployment is staged: it takes effect with the next boot. */
const stagedReboot = (): CommandLine => command('sh', '-c', '[ ! -e /run/ostree/staged-deployment ]');

/** Every host that was booted from an ostree deployment and is no bootc host, whatever its OS (Commissaire's `atomic`). */
export const rpmOstree: HostFamily = {
  name: 'rpm-ostree',
  environment: {},
  upgrade: () => [{ line: command('rpm-ostree', 'upgrade') }],
  rebootNeeded: stagedReboot,
  packages: { installed: RPM_INSTALLED },
  images: {
    deploy: (version) => [{ line: command('rpm-ostree', 'deploy', version) }],
    rollback: () => [{ line: command('rpm-ostree', 'rollback') }],
    isDeployed: (version) =>
      command(
        'sh',
        '-c',
        'rpm-ostree status --booted --json | tr -d " \\n\\t" | grep -qF -e "\\"version\\":\\"$1\\"" -e "\\"checksum\\":\\"$1\\"" -e "\\"base-checksum\\":\\"$1\\""',
        'sh',
        version.replace(/^revision=/, ''),
      ),
  },
};

/** Hosts whose running system is a container image. */
export const bootc: HostFamily = {
  name: 'bootc',
  environment: {},
  upgrade: () => [{ line: command('bootc', 'upgrade') }],
  rebootNeeded: stagedReboot,
  packages: { installed: RPM_INSTALLED },
  images: {
    deploy: (version) => [{ line: command('bootc', 'switch', version) }],
    rollback: () => [{ line: command('bootc', 'rollback') }],
    // A digest is what is running, a tag is what is followed.
    isDeployed: (version) =>
      command(
        'sh',
        '-c',
        'bootc status --booted --format json | tr -d " \\n\\t" | grep -qF -e "\\"image\\":\\"$1\\"" -e "\\"imageDigest\\":\\"\${1##*@}\\""',
        'sh',
        version,
      ),
  },
};
