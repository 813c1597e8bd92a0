#!/usr/bin/env bash
# The part of python.sh that runs on an S3 server, which has a bucket `test`.
#
#   tests/compat/python_s3.sh target/release/cache-server PYTHON ENDPOINT
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
binary=$1 python=$2 endpoint=$3

echo '-- Python client and programs, s3'
for program in python_client programs/html_cache programs/graphs; do
    python3 "$here/serve.py" "$binary" --storage-mode s3 --bucket test --s3-endpoint "$endpoint" --s3-allow-http \
        --s3-access-key-id S3RVER --s3-secret-access-key S3RVER -- \
        "$python" -W ignore "$here/$program.py" '{url}' '{key}'
done
echo '-- buckets both ways'
"$python" -W ignore "$here/both_ways.py" "$binary" --s3 "$endpoint"
echo '-- side by side, ours on s3'
"$python" -W ignore "$here/differential.py" "$binary" --s3 "$endpoint"
