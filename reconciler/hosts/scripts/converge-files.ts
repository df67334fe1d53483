/**
 * Files of a converge script: `prepare PATH HASH`, `decode` (content in base64 on stdin), `own MODE OWNER GROUP`, a check of `$t`, then
 * `place KIND HASH SERVICE…`. The file is made beside its target under a name that is written down before, so that one cut short is
 * found; what stood there is kept before the record says so, the record is written before the rename, and the services that have to
 * restart are written down with it.
 */
export const CONVERGE_FILES = `
prepare() {
  f=$1 t=\${1%/*}/.intendant-$2.tmp parent=\${1%/*}
  if [ -L "$f" ]; then die "$f is a symbolic link, which is not replaced: remove it, or name the file that it points to"; fi
  if [ -d "$f" ]; then die "$f is a directory, which is not replaced: remove it"; fi
  if [ -e "$f" ] && [ ! -f "$f" ]; then die "$f is no regular file, and is not replaced: remove it"; fi
  if [ ! -d "$parent/" ]; then why=$(mkdir -p "$parent" 2>&1) || die "$parent cannot be made: $why"; fi
  printf '%s\\n' "$t" | cat >"$p/temp" && flush "$p/temp" || die "$p/temp cannot be written: is the disk full?"
}
decode() { (umask 077; rm -f "$t"; base64 -d >"$t") || die "$t cannot be written: is the disk full?"; }
own() {
  why=$(chown "$2:$3" "$t" 2>&1) || die "$f cannot be given to $2:$3: $why"
  why=$(chmod "$1" "$t" 2>&1) || die "$f cannot have the mode $1: $why"
}
ours() { have "file absent $1" || have "file kept $1" || have "repository absent $1" || have "repository kept $1"; }
place() {
  kind=$1 hash=$2
  shift 2
  if ! ours "$f"; then
    if [ -e "$f" ]; then
      o=$p/originals/$hash
      cp -p "$f" "$o.new" && flush "$o.new" && mv -f "$o.new" "$o" || die "$f cannot be kept aside: is the disk full?"
      note "$kind kept $f"
    else
      note "$kind absent $f"
    fi
  fi
  for name in "$@"; do note "restart due $name"; done
  flush "$t"
  save
  replace
}
replace() {
  why=$(mv -f "$t" "$f" 2>&1) || die "$f: $why"
  rm -f "$p/temp"
  case $label in '' | off) ;; *) quiet restorecon "$f" ;; esac
  flush "\${f%/*}/"
  unit "$f"
}
unit() { case $1 in */systemd/system/*) units=changed ;; esac; }
reload() {
  if [ -n "$units" ] && [ $manager = systemd ]; then quiet systemctl daemon-reload || die 'systemd does not read its units anew'; fi
  units=
}
disown() {
  drop "file absent $1"
  drop "file kept $1"
  drop "repository absent $1"
  drop "repository kept $1"
  save
  rm -f "$p/originals/$2"
}
remove_file() {
  if [ ! -L "$1" ] && [ -f "$1" ]; then
    why=$(rm -f "$1" 2>&1) || die "$1: $why"
    flush "\${1%/*}/"
    unit "$1"
  fi
  disown "$1" "$2"
}
restore_file() {
  if [ -f "$p/originals/$2" ]; then
    prepare "$1" "$2"
    rm -f "$t"
    cp -p "$p/originals/$2" "$t" && flush "$t" || die "$1 cannot be put back: is the disk full?"
    replace
  fi
  disown "$1" "$2"
}`;
