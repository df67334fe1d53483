import { command } from '../command.ts';
import type { HostFamily } from './family.ts';
import { RPM_INSTALLED, rpmRemovable } from './rpm-packages.ts';

/**
 * `needs-restarting -r` of dnf-utils or yum-utils, or of dnf 5 itself; without any of them the newest installed kernel against the
 * running one. https://dnf-plugins-core.readthedocs.io/en/latest/needs_restarting.html: exit 1 = a reboot is needed.
 */
const NEEDS_RESTARTING = [
  'if command -v needs-restarting >/dev/null 2>&1; then needs-restarting -r; exit $?; fi',
  'if command -v dnf >/dev/null 2>&1 && dnf needs-restarting --help >/dev/null 2>&1; then dnf needs-restarting -r; exit $?; fi',
  "newest=$(rpm -q --qf '%{INSTALLTIME} %{VERSION}-%{RELEASE}.%{ARCH}\\n' kernel-core kernel 2>/dev/null | grep '^[0-9]' | sort -n | tail -n 1 | cut -d ' ' -f 2)",
  '[ -n "$newest" ] || exit 2',
  '[ "$newest" = "$(uname -r)" ]',
].join('\n');

/** What came along with a package may be in use by now: only what is named goes. */
const KEEP_REQUIREMENTS = '--setopt=clean_requirements_on_remove=False';

/** Fedora, RHEL, CentOS Stream and what derives from them. */
export const dnf: HostFamily = {
  name: 'dnf',
  environment: {},
  upgrade: () => [{ line: command('dnf', '-y', '--refresh', 'upgrade') }],
  rebootNeeded: () => command('sh', '-c', NEEDS_RESTARTING),
  packages: {
    installed: RPM_INSTALLED,
    changes: {
      refresh: () => [{ line: command('dnf', '-y', '--refresh', 'makecache') }],
      repair: () => [],
      install: (...names) => [{ line: command('dnf', '-y', 'install', ...names) }],
      removable: rpmRemovable,
      remove: (...names) => [{ line: command('dnf', '-y', KEEP_REQUIREMENTS, 'remove', ...names) }],
    },
  },
};

/** The same where dnf is missing. */
export const yum: HostFamily = {
  ...dnf,
  name: 'yum',
  upgrade: () => [{ line: command('yum', '-y', 'update') }],
  packages: {
    installed: RPM_INSTALLED,
    changes: {
      refresh: () => [{ line: command('yum', '-y', 'makecache') }],
      repair: () => [],
      install: (...names) => [{ line: command('yum', '-y', 'install', ...names) }],
      removable: rpmRemovable,
      remove: (...names) => [{ line: command('yum', '-y', KEEP_REQUIREMENTS, 'remove', ...names) }],
    },
  },
};
