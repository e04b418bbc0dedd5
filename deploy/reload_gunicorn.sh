#!/usr/bin/env bash
# Reloads a running gunicorn without refusing a request: reload_gunicorn.sh MASTER_PID
#
# gunicorn starts its successor on the same socket (USR2), from behind `current`: with the packages, the interpreter and
# the code of whatever release that is now. Once the successor's workers answer, systemd is told the new main process,
# and the old one finishes what it has begun. HUP would keep the old packages, and it ends the old workers while the
# new ones still load, which costs messages their seconds.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
SECONDS_TO_START=90
SECONDS_TO_STOP=25

children() { ps -o pid= --ppid "$1" | tr -d ' '; }

# The successor is the child that was started with our number in GUNICORN_PID; workers are forks without it.
successor_of() {
    local pid
    for pid in $(children "$1"); do
        tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qx "GUNICORN_PID=$1" && echo "$pid" && return
    done
    return 1
}

# A worker accepts once its epoll waits for two files: its own wake-up pipe and the listening socket.
accepts() { [ "$(cat "/proc/$1/fdinfo/"* 2>/dev/null | grep -c '^tfd:')" -ge 2 ]; }

all_accept() {
    local pid count=0
    for pid in $(children "$1"); do
        accepts "$pid" || return 1
        count=$((count + 1))
    done
    [ "$count" -ge "$2" ]
}

old=${1:-}
if ! [[ $old =~ ^[0-9]+$ && -d /proc/$old ]]; then fail "usage: reload_gunicorn.sh MASTER_PID" 2; fi
workers=$(children "$old" | wc -l)
kill -USR2 "$old"
deadline=$((SECONDS + SECONDS_TO_START))
new=
until [ -n "$new" ] && all_accept "$new" "$workers"; do
    if [ -n "$new" ] && ! [ -d "/proc/$new" ]; then fail "the new release does not start; the old one goes on. The log says why"; fi
    if [ "$SECONDS" -ge "$deadline" ]; then
        [ -z "$new" ] || kill -TERM "$new"
        fail "the new release did not start within $SECONDS_TO_START s; the old one goes on. The log says why"
    fi
    sleep 0.1
    new=${new:-$(successor_of "$old" || true)}
done
# Before the old one ends, or systemd would take its end for the service's.
[ -z "${NOTIFY_SOCKET:-}" ] || systemd-notify --pid="$new"
kill -TERM "$old"
# A second reload would find two masters, which gunicorn refuses; 20 s are gunicorn's graceful_timeout.
deadline=$((SECONDS + SECONDS_TO_STOP))
while [ -d "/proc/$old" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
