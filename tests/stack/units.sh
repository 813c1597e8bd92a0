#!/usr/bin/env bash
# Checks the systemd units without a running systemd.
#
#   tests/stack/units.sh target/debug/cache-server target/debug/send-admin
#
# - Their exposure, as `systemd-analyze security` counts it, is at most 1.5 of 10.
# - Every system call that a program makes from its start to its end, under some load, is one that its unit allows.
#
# Needs systemd-analyze and strace, which it installs from Debian's packages when they are missing and it runs as root.
set -euo pipefail
usage='usage: units.sh CACHE_SERVER SEND_ADMIN'
programs=("$(realpath "${1:?$usage}")" "$(realpath "${2:?$usage}")")
cd "$(dirname "$0")/../.."
units=(cache-server/deploy/cache-server.service send-wrapper/deploy/send-admin.service)

if ! command -v systemd-analyze >/dev/null || ! command -v strace >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends systemd strace >/dev/null
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The system calls of a group such as @system-service, one a line, those of groups within it included.
calls_of() {
    local call
    systemd-analyze syscall-filter "$1" | sed -n 's/^ *\(@\?[a-z0-9_-]*\) *$/\1/p' | grep -vxF -- "$1" | while read -r call; do
        case $call in @*) calls_of "$call" ;; *) echo "$call" ;; esac
    done
}

for number in 0 1; do
    unit=${units[number]} program=${programs[number]}
    systemd-analyze security --offline=true --threshold=15 "$unit" >"$work/exposure" || { cat "$work/exposure"; exit 1; }

    : >"$work/allowed"
    while read -r filter; do
        for group in ${filter#\~}; do
            calls_of "$group" | sort -u >"$work/group"
            case $filter in
                ~*) comm -23 "$work/allowed" "$work/group" >"$work/left" ;;
                *) sort -u "$work/allowed" "$work/group" >"$work/left" ;;
            esac
            mv "$work/left" "$work/allowed"
        done
    done < <(sed -n 's/^SystemCallFilter=//p' "$unit")

    (cd "$work" && CACHE__SERVICE__STORAGE_MODE=embedded exec strace --follow-forks --quiet=all --output="$work/trace" \
        "$program" --port 0 >"$work/said" 2>"$work/log") &
    tracer=$!
    until grep -q listening "$work/said" 2>/dev/null; do
        kill -0 "$tracer" || { cat "$work/log"; exit 1; }
        sleep 0.1
    done
    address=$(sed -n 's/^listening on //p' "$work/said")
    python3 - "$address" <<'PY'
import json, sys, urllib.request
def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(sys.argv[1] + path, data, {'content-type': 'application/json'}, method=method)
    try: return json.loads(urllib.request.urlopen(request, timeout=60).read() or 'null')
    # What only the other of the two services has.
    except urllib.error.HTTPError as refusal: assert refusal.code == 404, refusal
ask('GET', '/health/ready')
stored = [ask('POST', '/units/direct/store/json', {'n': n}) for n in range(50)]
for entry in filter(None, stored):
    ask('GET', f'/units/retrieve/{entry["cache_id"]}')
    ask('DELETE', f'/units/delete/{entry["cache_id"]}')
for path in ('/units/stats', '/tokens/list', '/namespaces/list'): ask('GET', path)
ask('POST', '/tokens/create', {'token_name': 'units', 'usage_limit': 1})
PY
    # The program is what strace has started.
    pkill -TERM --parent "$tracer"
    wait "$tracer"
    sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$work/trace" | sort -u >"$work/made"
    for call in accept4 openat fsync; do
        grep -qx "$call" "$work/made" || { echo "no $call was seen: $unit was not traced"; exit 1; }
    done
    # The program is started before the filter holds.
    refused=$(comm -13 "$work/allowed" "$work/made" | grep -vx execve || true)
    [ -z "$refused" ] || { echo "$unit does not allow: $refused"; exit 1; }
    echo "ok: $unit: $(sed -n 's/.*exposure level for/exposure of/p' "$work/exposure"), $(wc -l <"$work/made") system calls, all allowed"
    rm -rf "${work:?}"/*
done
