#!/bin/sh
# Installs the real components the tests drive, where they are missing: the W3C's suites for the endpoint; Chromium and
# a Japanese font for the pages; strace, ext4 and mounts for the faults; curl and npm, which brings the rest, for the
# clients.
set -eu
.venv/bin/python "$(dirname "$0")/conformance/fetch.py"
chromium="${HEDGEROW_CHROMIUM:-/usr/bin/chromium}"
clients="$(dirname "$0")/clients/install.sh"
PATH="$PATH:/usr/sbin:/sbin"
missing=""
need() { # a word for the shell to find, the package that brings it
  command -v "$1" >/dev/null || missing="$missing $2"
}
need "$chromium" chromium
need fc-list fontconfig
need strace strace
need mkfs.ext4 e2fsprogs
need mount mount
need curl curl
need npm npm
fc-list :lang=ja 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
if [ -z "$missing" ]; then
  exec sh "$clients"
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests drive real components that are missing here. As root: apt-get install$missing" >&2
  echo "A Chromium elsewhere is named by HEDGEROW_CHROMIUM." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 - a list of words on purpose
apt-get install -qq -y --no-install-recommends $missing >/dev/null
exec sh "$clients"
