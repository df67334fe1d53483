import { ENVIRONMENT, WATCHDOG } from './shared.ts';

/**
 * `intendant-check <nonce> <timeoutSeconds> -- argv…`: runs one check command in its own process group under a timeout
 * and answers `exitCode` (124 = timed out) and `output` (base64 of the first 4096 bytes). Writes no file, so that it
 * works on a full disk.
 */
export const CHECK_SCRIPT = `${ENVIRONMENT}
n=$1 limit=$2
shift 3
printf '\\n@@intendant:%s@@ begin\\noutput=' "$n"
exec 4>&1
code=$({ {
  since=$(date +%s)
  setsid "$@" </dev/null 2>&1 3>&- 4>&- &
  child=$!
  setsid sh -c '${WATCHDOG}' watchdog "$child" "$limit" "" </dev/null >/dev/null 2>&1 3>&- 4>&- &
  watchdog=$!
  wait "$child"
  code=$?
  if [ "$code" -ge 128 ] && [ $(($(date +%s) - since)) -ge "$limit" ]; then
    wait "$watchdog"
    code=124
  else
    kill -s KILL -- "-$watchdog" 2>/dev/null
  fi
  echo "$code" >&3
} | { dd bs=1 count=4096 2>/dev/null | base64 | tr -d '\\n' >&4; cat >/dev/null; }; } 3>&1)
printf '\\nexitCode=%s\\n@@intendant:%s@@ end\\n' "$code" "$n"`;
