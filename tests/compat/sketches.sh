#!/usr/bin/env bash
# The sketches that aggregations are stored with, read by the DataSketches library for Python.
#
#   tests/compat/sketches.sh
#
# `SKETCHES_VENV` is where the library is installed (a temporary folder when not given).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${SKETCHES_VENV:-$work/venv}
if ! "$venv/bin/python" -c 'import datasketches' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check datasketches==5.2.0
fi
"$venv/bin/python" "$here/sketches.py" "$here/../fixtures/sketches.json"
