/**
 * `$manager`: which service manager runs here. `enabled NAME` prints enabled, disabled, fixed, masked or absent; `running NAME` ends
 * with 0 where it runs; `reload_due NAME` where the manager holds an older definition than the disk.
 */
export const SERVICES = `
manager=none
if [ -d /run/systemd/system ]; then manager=systemd
elif command -v rc-service >/dev/null 2>&1; then manager=openrc
fi
enabled() {
  case $manager in
    systemd)
      case $(systemctl is-enabled "$1" 2>/dev/null </dev/null) in
        enabled | alias) echo enabled ;;
        static | indirect | generated | transient) echo fixed ;;
        masked | masked-runtime) echo masked ;;
        '' | not-found) echo absent ;;
        *) echo disabled ;;
      esac ;;
    openrc)
      if ! rc-service --exists "$1" 2>/dev/null </dev/null; then echo absent; return; fi
      if rc-update show 2>/dev/null </dev/null | { while read -r name bar levels; do if [ "$name" = "$1" ] && [ -n "$levels" ]; then exit 0; fi; done; exit 1; }; then echo enabled; else echo disabled; fi ;;
    *) echo absent ;;
  esac
}
running() {
  case $manager in
    systemd) systemctl is-active --quiet "$1" >/dev/null 2>&1 </dev/null ;;
    openrc) rc-service "$1" status >/dev/null 2>&1 </dev/null ;;
    *) false ;;
  esac
}
reload_due() {
  [ $manager = systemd ] && [ "$(systemctl show --property=NeedDaemonReload "$1" 2>/dev/null </dev/null)" = NeedDaemonReload=yes ]
}`;

/** `$selinux`: enforcing, permissive or off. `mislabelled PATH` ends with 0 where SELinux would label it otherwise. */
export const SELINUX = `
selinux=off
if command -v getenforce >/dev/null 2>&1; then
  case $(getenforce 2>/dev/null) in Enforcing) selinux=enforcing ;; Permissive) selinux=permissive ;; esac
elif [ -r /sys/fs/selinux/enforce ]; then
  read -r enforce </sys/fs/selinux/enforce
  case $enforce in 1) selinux=enforcing ;; 0) selinux=permissive ;; esac
fi
if ! command -v restorecon >/dev/null 2>&1; then label=; else label=$selinux; fi
mislabelled() {
  case $label in '' | off) return 1 ;; esac
  [ -n "$(restorecon -n -v "$1" 2>/dev/null)" ]
}`;
