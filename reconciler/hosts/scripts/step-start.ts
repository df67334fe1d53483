import { ENVIRONMENT, FAIL, NAP } from './shared.ts';
import { STEP_RUNNER } from './step-runner.ts';
import { STEP_STATE } from './step-state.ts';

/** Last line of the script text on stdin, before the nonce: proves that it arrived whole. */
export const SCRIPT_TRAILER = '# intendant-end';

/**
 * `intendant-step-start <nonce> <stepsRoot> <stepId> <bootId|-> <digest> <maxOutputBytes> <timeoutSeconds> <script|reboot>
 * [args…]`, script text and a trailer line on stdin. Starts a step at most once, ever: the mkdir of its folder is the
 * claim. The script is received whole before the claim, everything is on disk before the start, and whatever fails
 * before the start takes the claim back and answers `state=error`.
 */
export const STEP_START_SCRIPT = `${ENVIRONMENT}
umask 077
n=$1 root=$2 d=$2/$3 boot=$4 digest=$5 max=$6 limit=$7 kind=$8
incoming=$2/.incoming-$3.$1.$$
shift 8
${FAIL}
${NAP}
${STEP_STATE}
read -r now </proc/sys/kernel/random/boot_id || fail 'the boot id cannot be read'
if [ "$boot" != - ] && [ "$boot" != "$now" ]; then
  printf '\\n@@intendant:%s@@ begin\\nstate=boot-changed\\nbootId=%s\\n@@intendant:%s@@ end\\n' "$n" "$now" "$n"
  exit 0
fi
existing() {
  ticks=0
  while [ $ticks -lt 50 ] && [ -d "$d" ] && [ ! -s "$d/pid" ] && [ ! -e "$d/exit" ]; do nap; done
  answer
  exit 0
}
if [ -d "$d" ]; then existing; fi
for tool in setsid base64 dd mkfifo; do command -v $tool >/dev/null || fail "the host has no $tool"; done
fresh=
[ -d "$root" ] || fresh=yes
why=$(mkdir -p "$root" 2>&1) || fail "$root cannot be made: $why"
if [ "$kind" = script ]; then
  trap 'rm -f "$incoming" "$incoming.x"' EXIT
  { why=$(cat 2>&1 >&3); } 3>"$incoming.x" || fail "the script cannot be written: $why"
  [ "$(tail -n 1 "$incoming.x")" = "${SCRIPT_TRAILER} $n" ] || fail 'the script did not arrive whole'
  { why=$(sed '$d' "$incoming.x" 2>&1 >&3); } 3>"$incoming" || fail "the script cannot be written: $why"
  rm -f "$incoming.x"
fi
if ! why=$(mkdir "$d" 2>&1); then
  if [ -d "$d" ]; then existing; fi
  fail "$d cannot be made: $why"
fi
undo() { rm -rf "$d"; fail "$1"; }
put() { echo "$2" 2>/dev/null >"$d/$1" && [ "$(field "$1")" = "$2" ] || undo "$d/$1 cannot be written: is the disk full?"; }
put boot "$now"
put kind "$kind"
put digest "$digest"
put pid "$$ $(start_time $$)"
printf '%-15s' '' 2>/dev/null >"$d/exit.new" && [ "$(wc -c <"$d/exit.new")" -eq 15 ] || undo "$d/exit.new cannot be written: is the disk full?"
cat 2>/dev/null >"$d/runner" <<'RUNNER' || undo "$d/runner cannot be written: is the disk full?"
${STEP_RUNNER}
RUNNER
[ "$(tail -n 1 "$d/runner")" = 'record $code' ] || undo "$d/runner cannot be written: is the disk full?"
if [ "$kind" = script ]; then
  why=$(chmod 700 "$incoming" 2>&1 && mv -f "$incoming" "$d/script" 2>&1 && mkfifo "$d/pipe" 2>&1) || undo "$d: $why"
fi
if [ -n "$fresh" ]; then sync || undo 'sync failed'; fi
sync "$d"/[!p]* "$d/pid" "$d" "$root" 2>/dev/null || sync || undo 'sync failed'
put started "$(date +%s)"
sync "$d/started" "$d" 2>/dev/null || sync || undo 'sync failed'
mine=$(field pid)
setsid sh "$d/runner" "$d" "$max" "$limit" "$kind" "$@" </dev/null >/dev/null 2>&1 &
i=0
while [ $i -lt 120 ] && [ "$(field pid)" = "$mine" ]; do
  if [ $i -lt 20 ]; then sleep 0.01 2>/dev/null || sleep 1; else nap; fi
  i=$((i + 1))
done
printf '\\n@@intendant:%s@@ begin\\nstate=started\\nbootId=%s\\n@@intendant:%s@@ end\\n' "$n" "$now" "$n"`;
