import { WATCHDOG } from './shared.ts';

/**
 * `limited SECONDS command…`: runs it in its own process group, without input or output, and ends as it does, or with 124 when its
 * time was up. Writes no file.
 */
export const LIMITED = `
limited() {
  limit=$1
  shift
  since=$(date +%s)
  setsid "$@" </dev/null >/dev/null 2>&1 &
  child=$!
  setsid sh -c '${WATCHDOG}' watchdog "$child" "$limit" "" </dev/null >/dev/null 2>&1 &
  watchdog=$!
  wait "$child"
  code=$?
  if [ $code -ge 128 ] && [ $(($(date +%s) - since)) -ge "$limit" ]; then
    wait "$watchdog"
    return 124
  fi
  kill -s KILL -- "-$watchdog" 2>/dev/null
  return $code
}`;
