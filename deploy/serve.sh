# Starts gunicorn for one role. Sourced by start_wechat_gunicorn.sh and start_api_gunicorn.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154  # installation.sh sets the names of folders and units

# serve ROLE PORT
serve() {
    local role=$1 port=$2 python=$checkout/.venv/bin/python holder
    [ -x "$python" ] || fail "$checkout/.venv is missing: run deploy/install_ops_components.sh (or make run)"
    export CELESTIAL_ROLE=$role BIND=${BIND:-127.0.0.1:$port}
    holder=$(port_holder "$port")
    [ -z "$holder" ] || fail "port $port is held by $holder; stop it, or set another port" 78
    cd "$checkout" || exit
    # Both through the path that leads over `current`: gunicorn starts these names again when reload_gunicorn.sh
    # tells it to, and then they are the new release's.
    set -- "$python" "$checkout/.venv/bin/gunicorn" -c "$here/gunicorn.conf.py"
    # By hand as root; under systemd we are the service's user already.
    if [ "$(id -u)" = 0 ] && [ -z "$root" ] && [[ $checkout == "$opt"/* ]]; then
        exec setpriv --reuid="$service_user" --regid="$service_user" --init-groups "$@"
    fi
    exec "$@"
}
