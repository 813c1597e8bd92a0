#!/usr/bin/env bash
# Builds the server of the release before from its commit, keeps it in a folder, and prints where it is; prints nothing when the
# history does not go back so far.
#
#   CARGO_TARGET_DIR=target tests/compat/previous.sh FOLDER
#
# It leaves its program in the target folder, too: build this tree's after it.
set -euo pipefail

# The last commit of main before objects of a bucket were removed by their tags.
commit=cfbd07dc8f8589b2b57d704fe2ae6cb6f15f5f91
here=$(cd "$(dirname "$0")" && pwd)
program="$1/$commit/cache-server"

if [ ! -x "$program" ]; then
    if ! git -C "$here" cat-file -e "$commit^{commit}" 2>/dev/null; then
        echo "skipped: the history does not go back to $commit" >&2
        exit 0
    fi
    source=$(mktemp -d)
    trap 'rm -rf "$source"' EXIT
    (cd "$here/../.." && git archive --format tar "$commit") | tar -x -C "$source"
    (cd "$source" && cargo build --quiet --locked --workspace --bins >&2)
    mkdir -p "$(dirname "$program")"
    cp "$CARGO_TARGET_DIR/debug/cache-server" "$program"
fi
echo "$program"
