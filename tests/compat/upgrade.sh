#!/usr/bin/env bash
# Servers that share a bucket and are not alike: of the release before and of this one, and with clocks that are ten minutes off.
#
#   CACHE_TESTS_S3_TOOLS=FOLDER tests/compat/upgrade.sh target/debug/cache-server [PREVIOUS]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
new=$1 old=${2:-}
on() { "$CACHE_TESTS_S3_TOOLS/bin/python" "$here/../s3/serve.py" "$1" -- "${@:2}"; }

echo '-- clocks that are off'
on seaweedfs python3 "$here/clocks.py" "$new" '{endpoint}'
if [ -n "$old" ]; then
    for product in moto seaweedfs; do
        echo "-- the release before and this one, $product"
        on "$product" python3 "$here/upgrade.py" "$old" "$new" '{endpoint}'
    done
fi
