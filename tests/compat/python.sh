#!/usr/bin/env bash
# The unmodified Python client and programs that use it against our server, archives against Python's zipfile, stored folders and buckets in both
# directions, and the two services side by side.
#
#   tests/compat/python.sh target/release/cache-server
#
# Needs Python 3.12 for the Python packages and looks for it as `python3.12`, below pyenv, and in `PYTHON312`. Without it
# nothing can be compared: the recorded tree in tests/fixtures stands in for it in the tests. `COMPAT_VENV` is where the
# packages are installed (a temporary folder when not given), `CACHE_TESTS_S3_TOOLS` where the S3 server is
# (tests/s3/tools.sh).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
binary=${1:?usage: python.sh BINARY}

python=
for candidate in "${PYTHON312:-}" python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo 'skipped: no Python 3.12 to run the Python service with'
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${COMPAT_VENV:-$work/venv}
if ! "$venv/bin/python" -c 'import mgraph_ai_service_cache_client, httpx, uvicorn' 2>/dev/null; then
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" uvicorn
fi

s3_tools=${CACHE_TESTS_S3_TOOLS:-$HOME/.cache/cache-service/tools/s3}
bash "$here/../s3/tools.sh" "$s3_tools"

for mode in memory embedded local_disk; do
    echo "-- Python client and programs, $mode"
    for program in python_client programs/html_cache programs/graphs; do
        python3 "$here/serve.py" "$binary" --storage-mode "$mode" -- \
            "$venv/bin/python" -W ignore "$here/$program.py" '{url}' '{key}'
    done
done
# What the programs ask of a server is what the Python service does, apart from what they say it cannot do.
echo '-- programs, Python service'
for program in html_cache graphs; do
    "$venv/bin/python" -W ignore "$here/serve_python.py" \
        "$venv/bin/python" -W ignore "$here/programs/$program.py" '{url}' '{key}' --python-service
done
echo '-- archives'
"$venv/bin/python" -W ignore "$here/archives.py" "$binary"
echo '-- folders both ways'
"$venv/bin/python" -W ignore "$here/both_ways.py" "$binary"
echo '-- damage of the Python service, and its other files'
"$venv/bin/python" -W ignore "$here/damaged.py" "$binary"
echo '-- side by side'
"$venv/bin/python" -W ignore "$here/differential.py" "$binary"
"$s3_tools/bin/python" "$here/../s3/serve.py" moto -- bash "$here/python_s3.sh" "$binary" "$venv/bin/python" '{endpoint}'
