import { ENVIRONMENT } from './shared.ts';

/**
 * `intendant-facts <nonce> [stepsRoot]`: what a host is, in one go, and whether there is room for a record in that folder
 * (`diskFull`). Reads only; asks no network file system.
 */
export const FACTS_SCRIPT = `${ENVIRONMENT}
n=$1 records=\${2:-/var/lib}
os=unknown osVersion= osLike=
if [ -r /etc/os-release ]; then
  while IFS='=' read -r key value; do
    value=\${value#[\\"\\']}
    value=\${value%[\\"\\']}
    case $key in ID) os=$value ;; VERSION_ID) osVersion=$value ;; ID_LIKE) osLike=$value ;; esac
  done </etc/os-release
fi
cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null || grep -c '^processor' /proc/cpuinfo)
memory=0
while read -r key value unit; do
  if [ "$key" = MemTotal: ]; then memory=$value; break; fi
done </proc/meminfo
disk=0 seen=' '
while read -r device mount type rest; do
  case $type in
    ext2 | ext3 | ext4 | xfs | btrfs | bcachefs | f2fs | jfs | reiserfs | vfat | exfat | ntfs | ntfs3) ;;
    zfs) device=\${device%%/*} ;;
    overlay | tmpfs) [ "$mount" = / ] || continue ;;
    *) continue ;;
  esac
  case $device in /dev/loop*) [ "$mount" = / ] || continue ;; esac
  case $seen in *" $device "*) continue ;; esac
  seen="$seen$device "
  size=$(df -P -k "$(printf '%b' "$mount")" 2>/dev/null | { read -r head; read -r name blocks rest; printf '%s' "$blocks"; })
  case $size in '' | *[!0-9]*) ;; *) disk=$((disk + size)) ;; esac
done </proc/mounts
while [ ! -d "$records/" ] && [ -n "$records" ]; do records=\${records%/*}; done
full=false
room=$(df -P -k "$records/" 2>/dev/null | { read -r head; read -r name blocks used free rest; printf '%s' "$free"; })
case $room in '' | *[!0-9]*) ;; *) if [ "$room" -lt 256 ]; then full=true; fi ;; esac
read -r boot </proc/sys/kernel/random/boot_id
read -r uptime rest </proc/uptime
reboot=false
for mark in /run/reboot-required /var/run/reboot-required /run/reboot-needed; do
  if [ -e "$mark" ]; then reboot=true; fi
done
model=package tool=
if [ -e /run/ostree-booted ]; then
  model=ostree
  if command -v bootc >/dev/null 2>&1; then
    case $(bootc status --booted --format json 2>/dev/null | tr -d ' \\t\\n') in *'"image":{"image":'*) model=bootc ;; esac
  fi
fi
for name in apt-get dnf yum zypper apk; do
  if command -v $name >/dev/null 2>&1; then tool=$name; break; fi
done
if [ -e /run/ostree/staged-deployment ]; then reboot=true; fi
printf '\\n@@intendant:%s@@ begin\\n' "$n"
printf '%s=%s\\n' os "$os" osVersion "$osVersion" osLike "$osLike" model "$model" packageTool "$tool" cpus "$cpus" memoryKb "$memory" diskBytes "$((disk * 1024))" bootId "$boot" kernel "$(uname -r)" uptimeSeconds "\${uptime%%.*}" rebootRequired "$reboot" diskFull "$full" architecture "$(uname -m)" hostTime "$(date +%s)"
printf '@@intendant:%s@@ end\\n' "$n"`;
