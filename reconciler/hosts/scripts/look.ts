import { FAMILIES } from '../families/registry.ts';
import { LIMITED } from './limited.ts';
import { SELINUX, SERVICES } from './services.ts';
import { ENVIRONMENT, FAIL } from './shared.ts';

/** Last line of the questions on stdin, before the nonce: proves that they arrived whole. */
export const QUESTIONS_TRAILER = '# intendant-end';

const INSTALLED = FAMILIES.map(({ name, packages }) => `${name}) ${packages.installed} ;;`).join('\n    ');

/**
 * `intendant-look <nonce> <profile folder> <family> <guardSeconds>`, one question a line on stdin: `?package NAME`, `?file PATH`,
 * `?service NAME`, `?command GUARD NAME` (the guard's text in base64), and a trailer. Answers `manager`, `selinux`, the host's own
 * record (`inventory`, base64) and `items` (base64): a line for every question and for everything in the record. Changes nothing.
 */
export const LOOK_SCRIPT = `${ENVIRONMENT}
n=$1 p=$2 family=$3 seconds=$4
${FAIL}
${LIMITED}
${SERVICES}
${SELINUX}
for tool in setsid base64 sha256sum stat sed sort; do command -v $tool >/dev/null || fail "the host has no $tool"; done
asked=$(cat)
case $asked in *"${QUESTIONS_TRAILER} $n") ;; *) fail 'the questions did not arrive whole' ;; esac
record=
if [ -e "$p/inventory" ]; then record=$(cat "$p/inventory" 2>&1) || fail "$p/inventory cannot be read: $record"; fi
say() { printf '%s\\n' "$1"; }
installed() {
  case $family in
    ${INSTALLED}
    *) return 1 ;;
  esac
}
file() {
  if [ -L "$1" ]; then say "file link $1"; return; fi
  if [ -d "$1" ]; then say "file directory $1"; return; fi
  if [ ! -e "$1" ]; then say "file absent $1"; return; fi
  if [ ! -f "$1" ]; then say "file special $1"; return; fi
  about=$(stat -c '%s %a %U %G %u %g' "$1" 2>/dev/null) || return
  size=\${about%% *} sum=- wrong=right
  if [ "$size" -le 16777216 ]; then sum=$(sha256sum <"$1") || return; fi
  if mislabelled "$1"; then wrong=wrong; fi
  say "file regular \${sum%% *} \${about#* } $wrong $1"
}
service() {
  on=no due=no
  if running "$1"; then on=yes; fi
  if reload_due "$1"; then due=yes; fi
  say "service $(enabled "$1") $on $due $1"
}
guard() {
  text=$(printf '%s' "$1" | base64 -d) || return
  limited "$seconds" sh -c "$text"
  case $? in 0) say "command done $2" ;; 124) say "command unknown $2" ;; *) say "command due $2" ;; esac
}
items() {
  printf '%s\\n%s\\n' "$asked" "$record" | sed -n -e '/^?/p' -e 's/^package absent /?package /p' -e 's/^file [a-z]* /?file /p' -e 's/^repository [a-z]* /?file /p' -e 's/^enabled [a-z]* /?service /p' -e 's/^running [a-z]* /?service /p' | sort -u | while IFS= read -r line; do
    what=\${line%% *} name=\${line#* }
    case $what in
      '?package') if installed "$name"; then say "package yes $name"; else say "package no $name"; fi ;;
      '?file') file "$name" ;;
      '?service') service "$name" ;;
      '?command') guard "\${name%% *}" "\${name#* }" ;;
    esac
  done
}
cd /
printf '\\n@@intendant:%s@@ begin\\nstate=seen\\nmanager=%s\\nselinux=%s\\ninventory=' "$n" "$manager" "$selinux"
printf '%s\\n' "$record" | base64 | tr -d '\\n'
printf '\\nitems='
items 2>/dev/null | base64 | tr -d '\\n'
printf '\\n@@intendant:%s@@ end\\n' "$n"`;
