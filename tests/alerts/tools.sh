#!/usr/bin/env bash
# Prints the folder of `prometheus` and `promtool`: where they are installed, or `$1`, into which they are unpacked from Debian's
# package once. It is not installed, since that starts a server.
set -euo pipefail
folder=${1:?usage: tools.sh FOLDER}
if command -v promtool >/dev/null && command -v prometheus >/dev/null; then
    dirname "$(command -v promtool)"
    exit
fi
if [ ! -x "$folder/usr/bin/promtool" ]; then
    mkdir -p "$folder"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } >/dev/null 2>&1)
    dpkg-deb -x "$work"/prometheus_*.deb "$folder"
fi
echo "$folder/usr/bin"
