#!/bin/sh
# Makes the virtual environment and installs a lock file into it: make_venv.sh PYTHON FOLDER LOCK
# Debian splits pip and ensurepip off python3.11, so the pip wheel in deploy/pip does when they are missing.
set -eu
python=$1 folder=$2 lock=$3
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "make: $1" >&2; exit 1; }

[ -n "$python" ] || fail "Python 3.11 is missing. On Debian: apt-get install python3.11"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11, 2))' 2>/dev/null ||
    fail "Python 3.11.2 or newer is needed; $python is $("$python" --version 2>&1). Name another one: make run PYTHON=/path/to/python3.11"

if [ ! -x "$folder/bin/python" ]; then
    "$python" -m venv --without-pip "$folder" || fail "the virtual environment $folder can't be made"
fi
if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    wheel=$(ls "$here"/pip/pip-*.whl)
    "$folder/bin/python" "$wheel/pip" install --quiet --no-index --no-cache-dir "$wheel" || fail "pip can't be installed into $folder"
fi
echo "Installing $lock (once; a minute or so) ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" >"$log" 2>&1; then
    if grep -qiE 'connection|timed out|network|certificate|from versions: none' "$log"; then
        fail "no package index can be reached. Check the network, or set pip's mirror (PIP_INDEX_URL)."
    fi
    tail -n 5 "$log" >&2
    fail "the packages of $lock can't be installed"
fi
