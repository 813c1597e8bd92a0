#!/usr/bin/env bash
# Checks the alert rules and their tests, and what both services show at /metrics, by Prometheus' own `promtool`.
#
#   bash tests/alerts/run.sh target/debug/cache-server target/debug/send-admin
#
# `PROMTOOL_DIR` is where promtool is kept when it is not installed (a temporary folder when not given): see tools.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
server=$(realpath "${1:?usage: run.sh CACHE_SERVER SEND_ADMIN}")
admin=$(realpath "${2:?usage: run.sh CACHE_SERVER SEND_ADMIN}")

work=$(mktemp -d)
pids=()
cleanup() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap cleanup EXIT

promtool=$(bash "$here/tools.sh" "${PROMTOOL_DIR:-$work/promtool}")/promtool

"$promtool" check config "$here/../../cache-server/deploy/prometheus.yml"
"$promtool" test rules "$here/alerts_test.yml"

# Starts a service that shows metrics on an address of its own, and checks them after some requests.
check() {
    local name=$1 log="$work/$1.log"
    shift
    "$@" --host 127.0.0.1 --port 0 --metrics-address 127.0.0.1:0 >"$log" 2>"$log.errors" &
    pids+=($!)
    local url metrics
    for _ in $(seq 300); do
        metrics=$(sed -n 's/^metrics on //p' "$log")
        [ -z "$metrics" ] || break
        sleep 0.1
    done
    url=$(sed -n 's/^listening on //p' "$log")
    [ -n "$metrics" ] || { cat "$log" "$log.errors"; echo "$name does not start"; exit 1; }
    for path in /info/health /info/status /namespaces/list /nothing/here /metrics; do
        curl -s -o /dev/null "$url$path"
    done
    curl -s -o /dev/null -X POST --data text "$url/ns/direct/store/string"
    curl -sf -H 'accept: text/plain' "$metrics" >"$work/$name.metrics"
    "$promtool" check metrics <"$work/$name.metrics"
    echo "$name: $(grep -vc '^#' "$work/$name.metrics") samples"
}
check cache-server env -i "$server" --storage-mode memory
check cache-server-embedded env -i "$server" --storage-mode embedded --path "$work/data"
check send-admin env -i CACHE__SERVICE__STORAGE_MODE=memory "$admin"
