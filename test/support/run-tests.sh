#!/usr/bin/env bash
# Runs all tests, or those that the arguments name: npm test -- --project unit
# The tests use real servers. On Debian and Ubuntu as root, those that are missing are installed first; elsewhere one line
# says what to install. Tests whose servers cannot be had are listed by name as not run; with CI=true they fail.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# program:package
needs=(
  etcd:etcd-server etcdctl:etcd-client sshd:openssh-server ssh-keygen:openssh-client git:git openssl:openssl strace:strace
  sudo:sudo busybox:busybox-static
  ip:iproute2 iptables:iptables ps:procps systemd-nspawn:systemd-container mmdebstrap:mmdebstrap
  prometheus:prometheus gpg:gnupg chromium:chromium
)
[[ -z "${INTENDANT_KEYSTONE:-}" ]] || needs+=(keystone-manage:keystone uwsgi:uwsgi-core uwsgi_python3:uwsgi-plugin-python3)
missing=()
for need in "${needs[@]}"; do
  command -v "${need%%:*}" >/dev/null || missing+=("${need##*:}")
done

if ((${#missing[@]} > 0)); then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
      echo "That failed: the tests that need them do not run. Install by hand: apt-get install ${missing[*]}" >&2
  else
    echo "For all tests, install (names of Debian): sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  fi
fi

exec npx vitest run "$@"
