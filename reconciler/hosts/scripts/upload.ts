import { ENVIRONMENT, FAIL } from './shared.ts';

/**
 * `intendant-upload <nonce> <path> <mode> <bytes>`, content on stdin: written beside its target with its final mode,
 * counted (a cut connection ends stdin early), synced, renamed. Answers `state=written`.
 */
export const UPLOAD_SCRIPT = `${ENVIRONMENT}
umask 077
n=$1 path=$2 mode=$3 size=$4
${FAIL}
[ ! -d "$path" ] || fail "$path is a folder"
tmp=\${path%/*}/.intendant-$n.tmp
trap 'rm -f "$tmp"' EXIT
{ why=$(cat 2>&1 >&3); } 3>"$tmp" || fail "$path cannot be written: $why"
[ "$(wc -c <"$tmp")" -eq "$size" ] || fail "$path: the content did not arrive whole"
why=$(chmod "$mode" "$tmp" 2>&1) || fail "$path: $why"
sync "$tmp" 2>/dev/null || sync
why=$(mv -f "$tmp" "$path" 2>&1) || fail "$path: $why"
printf '\\n@@intendant:%s@@ begin\\nstate=written\\n@@intendant:%s@@ end\\n' "$n" "$n"`;
