# Where an installation lives and what several scripts need of it. Sourced, never run.
# CELESTIAL_ROOT puts everything below another folder: tests, and building images.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the scripts that source this file read these

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(dirname "$here")
root=${CELESTIAL_ROOT:-}
service_user=celestial
opt=$root/opt/celestial
etc=$root/etc/celestial
var=$root/var/lib/celestial
logs=$root/var/log/celestial
acme=$root/var/www/celestial-acme
environment_file=${CELESTIAL_ENV_FILE:-$etc/celestial.env}
web_units=(wechat_server.service celestial_api.service)
task_units=(celestial_worker.service celestial_beat.service)
timer_units=(celestial_backup.timer)
# What is enabled; each timer has a service of its name that it starts.
started_units=("${web_units[@]}" "${task_units[@]}" "${timer_units[@]}")
all_units=("${started_units[@]}" celestial_backup.service)

fail() { echo "$(basename "$0"): $1" >&2; exit "${2:-1}"; }

# The installed release when there is one, else the checkout that this script lies in.
application() {
    if [ -e "$opt/current/manage.py" ]; then echo "$opt/current"; else echo "$checkout"; fi
}

# Export the NAME=value lines of a file as systemd reads them: nothing in it is executed, and what the
# caller has set already holds.
load_environment() {
    local line name value
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
        name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
        value=${value%"${value##*[![:space:]]}"}
        if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
        [ -n "${!name+set}" ] || export "$name=$value"
    done <"$1"
}

# The environment of the installed services; a development checkout has none and needs none.
load_installed_environment() {
    [ -e "$etc" ] || [ -n "${CELESTIAL_ENV_FILE:-}" ] || return 0
    [ -r "$environment_file" ] || fail "$environment_file can't be read; run this with sudo"
    # Below another root, the file already names the folders as the installed system will see them.
    if [ -n "$root" ]; then export CELESTIAL_VAR=$var CELESTIAL_LOG_DIR=$logs; fi
    load_environment "$environment_file"
}

# The value that a variable has in the environment file, or nothing.
installed_value() {
    [ -r "$environment_file" ] || return 0
    (unset "$1"; load_environment "$environment_file"; echo "${!1:-}")
}

# Root must not run the application: files that it makes in the data folder would be closed to the services.
as_service_user() {
    if [ "$(id -u)" = 0 ] && [ -z "$root" ] && id "$service_user" >/dev/null 2>&1; then
        HOME=$var setpriv --reuid="$service_user" --regid="$service_user" --init-groups "$@"
    else
        "$@"
    fi
}

# Python with the packages of the release in $1, in the environment of the services.
run_python() {
    local release=$1
    shift
    [ -x "$release/.venv/bin/python" ] || fail "$release/.venv is missing: run deploy/install_ops_components.sh (or make run)"
    # What root starts may make files in the data folder: as closed as those of the services.
    (umask 077 && cd "$release" && load_installed_environment && PYTHONPATH=. as_service_user .venv/bin/python "$@")
}

manage() { run_python "$1" manage.py "${@:2}"; }

# Database, keys, and the pages of both services: each command looks at the one whose role it has.
check_services() {
    CELESTIAL_ROLE=wechat manage "$1" check_health && CELESTIAL_ROLE=api manage "$1" check_health
}

# Who listens on a TCP port, as "name (pid 123)"; nothing when it is free.
port_holder() {
    local line
    line=$(ss -H -ltnp "sport = :$1" 2>/dev/null | head -n 1) || true
    [ -n "$line" ] || return 0
    if [[ $line =~ \(\(\"([^\"]+)\",pid=([0-9]+) ]]; then
        echo "${BASH_REMATCH[1]} (pid ${BASH_REMATCH[2]})"
    else
        echo "a process of another user"
    fi
}

# is_ours HOLDER PORT: one of our releases, or at port 80 nginx, which gets a site more.
is_ours() {
    if [[ $1 =~ ^nginx && $2 = 80 ]]; then return 0; fi
    [[ $1 =~ pid\ ([0-9]+) ]] || return 1
    tr '\0' ' ' <"/proc/${BASH_REMATCH[1]}/cmdline" 2>/dev/null | grep -qF "$opt/"
}

# Whether there is a systemd to talk to. A chroot and an image have none: the units are placed, not started.
# CELESTIAL_SYSTEMCTL names a stand-in (tests).
systemd_runs() { [ -n "${CELESTIAL_SYSTEMCTL:-}" ] || { [ -z "$root" ] && [ -d /run/systemd/system ]; }; }
systemctl() { command "${CELESTIAL_SYSTEMCTL:-systemctl}" "$@"; }

# Write NAME=VALUE into the environment file, in place of the line that sets it now.
set_variable() {
    local draft
    draft=$(mktemp "$environment_file.XXXXXX")
    # mktemp makes 0600 files, so the secrets are never readable in between.
    grep -v "^$1=" "$environment_file" >"$draft" || true
    echo "$1=$2" >>"$draft"
    mv "$draft" "$environment_file"
}
