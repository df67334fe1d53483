import { WATCHDOG } from './shared.ts';

/**
 * What runs detached on the host: `sh runner <folder> <bytes> <seconds> <kind> args…`. Runs the script in a process
 * group of its own, keeps the first bytes of its output and counts the rest, and writes `exit` last. A process that the
 * script leaves behind keeps its output pipe and does not hold up the exit code. The place of `exit` is taken beforehand
 * so that a full disk cannot lose it. A reboot that is accepted leaves no exit code: the new boot id is the answer.
 */
export const STEP_RUNNER = `d=$1 max=$2 limit=$3 kind=$4
shift 4
umask 022
cd /
mark() {
  file=$1 process=$2
  read -r stat <"/proc/$process/stat" || return 0
  set -- \${stat##*) }
  shift 19
  echo "$process $1" >"$d/$file.new" && mv -f "$d/$file.new" "$d/$file"
}
mark pid $$
nap() { sleep 0.05 2>/dev/null || sleep 1; }
record() {
  printf '%-15s' "$1" | dd of="$d/exit.new" conv=notrunc 2>/dev/null
  sync "$d/exit.new" "$d/output" 2>/dev/null || sync
  mv -f "$d/exit.new" "$d/exit"
  rm -f "$d/script" "$d/pipe" "$d/timed-out"
  sync "$d" 2>/dev/null || sync
}
if [ "$kind" = reboot ]; then
  sleep 0.2 2>/dev/null || sleep 1
  if [ -d /run/systemd/system ]; then systemctl reboot; else reboot; fi >"$d/output" 2>&1 </dev/null
  code=$?
  [ $code -eq 0 ] || record $code
  exit 0
fi
{ dd bs=1 count="$max" of="$d/output" 2>/dev/null; wc -c >"$d/dropped.new"; mv -f "$d/dropped.new" "$d/dropped"; } <"$d/pipe" &
IFS= read -r first <"$d/script"
case $first in '#!'*) set -- "$d/script" "$@" ;; *) set -- sh "$d/script" "$@" ;; esac
setsid "$@" </dev/null >"$d/pipe" 2>&1 &
child=$!
mark group $child
setsid sh -c '${WATCHDOG}' watchdog "$child" "$limit" "$d/timed-out" </dev/null >/dev/null 2>&1 &
watchdog=$!
wait $child
code=$?
if [ -e "$d/timed-out" ]; then
  wait $watchdog
  code=124
else
  kill -s KILL -- "-$watchdog" 2>/dev/null
fi
i=0
while [ $i -lt 20 ] && [ ! -e "$d/dropped" ]; do nap; i=$((i + 1)); done
record $code`;
