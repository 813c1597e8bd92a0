#!/usr/bin/env bash
# The browser tests of the web UIs, against the real programs: `run.sh <cache-server> <send-admin>`, both built in debug.
#
# Needs node 20 and npm; installs Chromium from Debian's packages where there is none, and the packages of `package-lock.json` into
# `$UI_TOOLS` (a folder in the cache by default). Writes a picture of every page to `$UI_SHOTS`, or to a folder that is named at the end.
# With UI_DOCS=1 four of each UI are written into `cache-server/docs/ui/` and `send-wrapper/docs/ui/`.
set -euo pipefail
server="$(realpath "$1")"
admin="$(realpath "$2")"
cd "$(dirname "$0")"
tools="${UI_TOOLS:-$HOME/.cache/cache-service/tools/ui}"
export UI_SHOTS="${UI_SHOTS:-$(mktemp -d)}"
export CACHE_SERVER="$server" SEND_ADMIN="$admin"
mkdir -p "$tools" "$UI_SHOTS"

if ! command -v chromium >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq chromium >/dev/null
fi
if ! cmp -s package-lock.json "$tools/package-lock.json"; then
    cp package.json package-lock.json "$tools/"
    npm ci --prefix "$tools" --no-audit --no-fund --silent
fi
# Modules are looked for beside those that import them.
ln -sfn "$tools/node_modules" node_modules

sources=(../../cache-server/service/ui ../../cache-server/ui ../../send-wrapper/ui .)
node_modules/.bin/biome ci --config-path=. "${sources[@]}"
node_modules/.bin/tsc -p .
node --test --test-concurrency=3 ./*.test.mjs
echo "pictures of the pages: $UI_SHOTS"
