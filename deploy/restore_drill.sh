#!/usr/bin/env bash
# Proves a backup: restore_drill.sh FILE restores it beside the running system, boots the application on the copy, asks
# it for its health and compares the rows. DRILL_DATABASE_URL names an empty PostgreSQL database for a PostgreSQL backup.
set -euo pipefail

file=${1:?usage: restore_drill.sh FILE}
file=$(readlink -f "$file")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
python=${PYTHON:-.venv/bin/python}
scratch=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT

# Keys that this machine made for itself lie in its folder; the copy needs them to open the backup and the accounts.
for key in encryption_key secret_key; do
    [ ! -f "${CELESTIAL_VAR:-var}/$key" ] || cp "${CELESTIAL_VAR:-var}/$key" "$scratch/"
done
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export CELESTIAL_VAR=$scratch DATABASE_URL=${DRILL_DATABASE_URL:-} CELESTIAL_LOG_DIR='' CELESTIAL_ROLE=all
export API_PORT=$port BIND=127.0.0.1:$port WEB_CONCURRENCY=1 PROMETHEUS_MULTIPROC_DIR=$scratch/metrics
unset WECHAT_TOKEN WECHAT_TOKEN_FILE

"$python" manage.py restore "$file"
"$python" -m gunicorn -c deploy/gunicorn.conf.py celestial_site.wsgi >"$scratch/web.log" 2>&1 &
server=$!
for _ in $(seq 100); do
    "$python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/livez', timeout=2)" 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || { tail -n 5 "$scratch/web.log" >&2; echo "[FAIL] the application does not start on the copy" >&2; exit 1; }
    sleep 0.2
done
"$python" manage.py check_health --url "http://127.0.0.1:$port"
echo "[PASS] $file was restored, every table has its rows, the application runs on the copy"
