#!/bin/sh
# Installs the clients made for Node, and a Node that is new enough, beside this file. Every package is checked against
# the hash in the lock file, and no package may run a script of its own.
set -eu
cd "$(dirname "$0")"
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci
  cp package-lock.json node_modules/.installed
fi
