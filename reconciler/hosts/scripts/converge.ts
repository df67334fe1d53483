import { CONVERGE_FILES } from './converge-files.ts';
import { CONVERGE_SERVICES } from './converge-services.ts';
import { LIMITED } from './limited.ts';
import { SELINUX, SERVICES } from './services.ts';
import { ENVIRONMENT } from './shared.ts';

/** Begins the line that says which change is in hand. */
export const CHANGE_MARK = '@@change';

/** How long a guard may take when its command is about to run, in seconds. */
const GUARD_SECONDS = 30;

/**
 * The functions that a converge script calls; it sets `$p`, the folder of the host's record, before. The record is held in `$inv`:
 * `note` and `drop` change it there, `save` writes it whole beside itself and renames it. Output of tools is shown only where they
 * fail, indented, so that it cannot be taken for a line of ours.
 */
export const CONVERGE_PRELUDE = `${ENVIRONMENT}
umask 022
cd /
i=$p/inventory
nl='
'
die() { printf 'failed: %s\\n' "$1"; exit 1; }
change() { printf '${CHANGE_MARK} %s\\n' "$1"; }
flush() { sync "$1" 2>/dev/null || sync; }
try() { "$@" >"$p/log" 2>&1 </dev/null; }
quiet() {
  try "$@" && return 0
  code=$?
  tail -n 20 "$p/log" 2>/dev/null | cut -c 1-500 | sed 's/^/  /'
  return $code
}
have() { case $nl$inv$nl in *"$nl$1$nl"*) return 0 ;; esac; return 1; }
note() { have "$1" || inv=$inv$nl$1; }
drop() { if have "$1"; then inv=$(printf '%s\\n' "$inv" | grep -vxF -e "$1"); fi; }
without() { inv=$(printf '%s\\n' "$inv" | sed -e "/^$1 /d"); }
save() {
  printf '%s\\n' "$inv" | sed '/^$/d' | cat >"$i.new" && flush "$i.new" && mv -f "$i.new" "$i" && flush "$p" && return 0
  die "$i cannot be written: is the disk full?"
}
begin() {
  for tool in setsid base64 sed grep tail cut; do command -v $tool >/dev/null || die "the host has no $tool"; done
  why=$( (umask 077; mkdir -p "$p/originals") 2>&1) || die "$p cannot be made: $why"
  chmod 700 "$p" "$p/originals"
  inv=
  if [ -e "$i" ]; then inv=$(cat "$i") || die "$i cannot be read"; fi
  if [ -s "$p/temp" ]; then
    IFS= read -r t <"$p/temp"
    case $t in /*/.intendant-*.tmp | /.intendant-*.tmp) rm -f "$t" ;; esac
  fi
  rm -f "$p/temp" "$p/command"
  without applied
  trap 'if [ -s "$p/temp" ]; then rm -f "$t"; fi; rm -f "$p/temp" "$p/command" "$p/log"' EXIT
}
finish() {
  without 'restart due'
  save
}
${LIMITED}
${SELINUX}
${SERVICES}
run() {
  limited ${GUARD_SECONDS} sh -c "$2"
  case $? in
    0) return 0 ;;
    124) change "run command $1"; die "the guard of $1 did not end within ${GUARD_SECONDS} s" ;;
  esac
  change "run command $1"
  printf '%s\\n' "$3" | cat >"$p/command" || die "$p/command cannot be written: is the disk full?"
  chmod 700 "$p/command"
  case $3 in '#!'*) quiet "$p/command" ;; *) quiet sh "$p/command" ;; esac || die "the command $1 ended with exit code $?"
  rm -f "$p/command"
}${CONVERGE_FILES}${CONVERGE_SERVICES}`;

/**
 * Packages, for families that can change them; `fetch`, `refresh`, `repair`, `removable`, `take` and `installed` are the family's. All
 * are tried at once, and one by one where that fails, so that the message names the one; yum fails by leaving out what it does not find. A package that others need by now stays.
 */
export const CONVERGE_PACKAGES = `
bring() {
  try fetch "$@" || return 1
  for each in "$@"; do installed "$each" || return 1; done
}
forget_missing() {
  for each in "$@"; do installed "$each" || drop "package absent $each"; done
  save
}
install() {
  for name in "$@"; do
    shift
    if ! installed "$name"; then note "package absent $name"; set -- "$@" "$name"; fi
  done
  [ $# -gt 0 ] || return 0
  save
  if [ -n "$listed" ]; then quiet refresh; fi
  bring "$@" && return 0
  if [ -z "$listed" ]; then quiet refresh; fi
  try repair
  bring "$@" && return 0
  for name in "$@"; do
    if installed "$name"; then continue; fi
    change "install package $name"
    quiet fetch "$name" || { forget_missing "$@"; die "the package $name was not installed"; }
    installed "$name" || { forget_missing "$@"; die "$name was installed and yet there is no package of that name: name the package itself"; }
  done
}
remove() {
  for name in "$@"; do
    shift
    if installed "$name"; then set -- "$@" "$name"; else drop "package absent $name"; fi
  done
  if [ $# -gt 0 ] && try removable "$@"; then
    quiet take "$@" || die 'the packages were not removed'
    for name in "$@"; do drop "package absent $name"; done
    save
    return 0
  fi
  going=yes
  while [ -n "$going" ] && [ $# -gt 0 ]; do
    going=
    for name in "$@"; do
      shift
      if try removable "$name"; then
        change "remove package $name"
        quiet take "$name" || die "the package $name was not removed"
        drop "package absent $name"
        save
        going=yes
      else
        grep -q -e 'is needed by' -e 'dependency problems' "$p/log" || { quiet removable "$name"; die "the package $name cannot be removed"; }
        set -- "$@" "$name"
      fi
    done
  done
  for name in "$@"; do
    printf 'the package %s stays: another one needs it\\n' "$name"
    drop "package absent $name"
  done
  save
}`;
