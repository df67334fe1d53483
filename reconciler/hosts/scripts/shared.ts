/**
 * What the scripts share. They are POSIX sh and run by dash and busybox; user shells that are not POSIX only see one
 * single-quoted word, so a text holds no backslash before a quote or a backslash, which fish reads differently.
 */

/** `fail TEXT`: answers `state=error` with a message of one line and ends. Needs the nonce in $n. */
export const FAIL = `
fail() {
  printf '\\n@@intendant:%s@@ begin\\nstate=error\\nmessage=%s\\n@@intendant:%s@@ end\\n' "$n" "$(printf '%s' "$1" | tr '\\n' ' ')" "$n"
  exit 0
}`;

/** Names the tools of the system wherever a bare login left them out. */
export const ENVIRONMENT = `
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH`;

/** `nap`: a tenth of a second, or a second where sleep knows no fractions; counts tenths in $ticks. */
export const NAP = `
nap() {
  if sleep 0.1 2>/dev/null; then ticks=$((ticks + 1)); else sleep 1; ticks=$((ticks + 10)); fi
}`;

/**
 * Kills a process group when its time is up: TERM, five seconds of grace, KILL. Run as `sh -c WATCHDOG watchdog GROUP
 * SECONDS MARK`; leaves the file MARK, unless that is empty. Holds no single quote, so that it nests.
 */
export const WATCHDOG = `sleep "$2"
[ -z "$3" ] || : >"$3"
kill -s TERM -- "-$1"
i=0
while [ $i -lt 50 ] && kill -s 0 -- "-$1"; do sleep 0.1 || sleep 1; i=$((i + 1)); done
kill -s KILL -- "-$1"`;
