/**
 * Reading a step folder: `answer` prints what became of the step in folder $d for a caller whose digest is $digest and
 * whose nonce is $n; `settled` says whether it has ended.
 *
 * Files of a step folder, in the order of writing: `boot`, `kind`, `digest`; `pid` (process and its start time: first of
 * the starter, then of the runner); `script`; `started` (all of the above is on disk); `group` (the script's process
 * group, as `pid`); `output`, `dropped`; `exit`. A file that is there and empty was cut by a power failure.
 */
export const STEP_STATE = `
field() { if [ -r "$d/$1" ]; then read -r line <"$d/$1"; printf '%s' "$line"; fi; }
start_time() {
  read -r stat <"/proc/$1/stat" || return 1
  set -- \${stat##*) }
  shift 19
  printf '%s' "$1"
} 2>/dev/null
alive() {
  for file in pid group; do
    set -- $(field $file)
    if [ $# -eq 2 ] && [ "$(start_time "$1")" = "$2" ]; then return 0; fi
  done
  return 1
}
lost_by() {
  [ "$(field boot)" != "$now" ] || { [ "$(field kind)" != reboot ] && ! alive; }
}
settled() {
  [ ! -d "$d" ] || [ -e "$d/exit" ] || { [ -s "$d/pid" ] && lost_by; }
}
answer() {
  state=running
  if [ ! -d "$d" ]; then state=absent
  elif [ -s "$d/digest" ] && [ "$(field digest)" != "$digest" ]; then state=foreign
  elif [ -e "$d/exit" ]; then state=done
  elif lost_by; then
    if [ -e "$d/exit" ]; then state=done; else state=interrupted; fi
  fi
  printf '\\n@@intendant:%s@@ begin\\nstate=%s\\nbootId=%s\\n' "$n" "$state" "$now"
  case $state in running | done | interrupted)
    printf 'startedBoot=%s\\ndropped=%s\\noutput=' "$(field boot)" "$(field dropped)"
    if [ -r "$d/output" ]; then base64 <"$d/output" | tr -d '\\n'; fi
    printf '\\n'
    if [ $state = done ]; then printf 'exitCode=%s\\n' "$(field exit)"; fi ;;
  esac
  printf '@@intendant:%s@@ end\\n' "$n"
}`;
