#!/bin/sh
# Installs the real components the tests drive, where they are missing: Chromium and a Japanese font.
set -eu
chromium="${HEDGEROW_CHROMIUM:-/usr/bin/chromium}"
if [ -x "$chromium" ] && fc-list :lang=ja 2>/dev/null | grep -q .; then
  exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "The browser tests need Chromium and a Japanese font: apt-get install chromium fonts-noto-cjk fontconfig" >&2
  echo "or set HEDGEROW_CHROMIUM to a Chromium that is there." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null
