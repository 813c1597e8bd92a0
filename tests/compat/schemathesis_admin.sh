#!/usr/bin/env bash
# Holds a running send-admin against its own OpenAPI document with schemathesis.
#
#   tests/compat/schemathesis_admin.sh target/debug/send-admin [further arguments of `st run`]
#
# Starts the program on a cache in memory, creates a token, and sends generated requests to every operation. `ST_VENV` and `PYTHON` are
# those of schemathesis.sh. Not checked is whether everything the schema allows is accepted: names are plain texts in it; nor what asks AWS.
set -euo pipefail

binary=${1:?usage: schemathesis_admin.sh BINARY}
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

key=schemathesis-key
CACHE__SERVICE__STORAGE_MODE=memory FAST_API__AUTH__API_KEY__VALUE=$key "$binary" --port 0 >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 100); do grep -q 'listening on' "$work/out" && break; sleep 0.1; done
url=$(sed -n 's/.*listening on //p' "$work/out")
[ -n "$url" ] || { cat "$work/log"; exit 1; }
curl --fail --silent --output /dev/null -H "x-api-key: $key" "$url/tokens/create" -d '{"token_name": "0"}'

status=0
(cd "$work" && "$venv/bin/st" run "$url/api-docs" --url "$url" --header "x-api-key: $key" --no-color \
    --continue-on-failure --checks all --exclude-checks positive_data_acceptance --exclude-path /costs/collect \
    --phases examples,coverage,fuzzing --max-examples 20 --generation-deterministic \
    --warnings off --suppress-health-check all "$@") || status=$?
if ! kill -0 "$server" 2>/dev/null; then
    echo 'send-admin is gone'
    status=1
fi
if grep -q 'panicked at' "$work/log"; then
    grep -A3 'panicked at' "$work/log" | head -20
    status=1
fi
exit "$status"
