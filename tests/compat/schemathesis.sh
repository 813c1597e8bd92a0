#!/usr/bin/env bash
# Holds a running server against its own OpenAPI document with schemathesis.
#
#   tests/compat/schemathesis.sh target/release/cache-server [further arguments of `st run`]
#
# Starts the server on memory storage, stores some entries, and sends generated requests to every operation: valid ones,
# and ones that break a single rule of the document. About 30 s. Generation is deterministic. `ST_VENV` is where schemathesis is
# installed (a temporary folder when not given), `PYTHON` what makes it (3.10 or newer).
#
# Every check runs, none is left out. What single reports are no failures is decided one by one, with a reason each, in
# schemathesis_hooks.py: refusals that no schema can announce (blank names, control characters, empty texts, 409, 412 and
# 415, which depend on what is stored) and the two bodies of the Python service that are no JSON.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
binary=${1:?usage: schemathesis.sh BINARY}
shift
work=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

venv=${ST_VENV:-$work/venv}
if ! [ -x "$venv/bin/st" ]; then
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5' 'hypothesis==6.170.15'
fi

export FAST_API__AUTH__API_KEY__NAME=x-api-key FAST_API__AUTH__API_KEY__VALUE=schemathesis-key
"$binary" --port 0 --storage-mode memory >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 100); do grep -q 'listening on' "$work/out" && break; sleep 0.1; done
url=$(sed -n 's/.*listening on //p' "$work/out")
[ -n "$url" ] || { cat "$work/log"; exit 1; }

SEEDED_ENTRIES=$("$venv/bin/python" - "$url" <<'PYTHON'
import json, sys, urllib.request

def post(path, body, kind):
    headers = {'x-api-key': 'schemathesis-key', 'content-type': kind}
    return json.load(urllib.request.urlopen(urllib.request.Request(sys.argv[1] + path, body, headers, method='POST')))

entries = []
for strategy in ('direct', 'temporal', 'temporal_latest', 'temporal_versioned', 'key_based'):
    for kind, media, body in (('string', 'text/plain', b'some text'), ('json', 'application/json', b'{"name": "value"}'),
                              ('binary', 'application/octet-stream', b'\x00\xff')):
        entry = post(f'/seeded/{strategy}/store/{kind}', body, media)
        entries.append({name: entry[name] for name in ('namespace', 'cache_id', 'cache_hash')})
        for child in ('0', 'k/0'): post(f'/seeded/cache/{entry["cache_id"]}/data/store/{kind}/{child}', body, media)
print(json.dumps(entries))
PYTHON
)
export SEEDED_ENTRIES SCHEMATHESIS_HOOKS=schemathesis_hooks PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1

status=0
(cd "$work" && "$venv/bin/st" run "$url/openapi.json" --url "$url" \
    --header "x-api-key: $FAST_API__AUTH__API_KEY__VALUE" --no-color --continue-on-failure --checks all \
    --phases examples,coverage,fuzzing,stateful --max-examples 30 --generation-deterministic \
    --warnings off --suppress-health-check all "$@") || status=$?
if ! kill -0 "$server" 2>/dev/null; then
    echo 'the server is gone'
    status=1
fi
if grep -q 'panicked at' "$work/log"; then
    grep -A3 'panicked at' "$work/log" | head -20
    status=1
fi
exit "$status"
