#!/usr/bin/env bash
# Changes to another release, newer or older, without refusing a request: sudo deploy/upgrade.sh TAG
#
# New folder and virtual environment, migrations (the old code runs on them), then the link `current` is switched and
# gunicorn hands over to its successor on the same socket. When the new release does not answer, the old one is back.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$here/steps.sh"
# shellcheck source-path=SCRIPTDIR source=releases.sh
. "$here/releases.sh"

[ $# = 1 ] || fail "usage: upgrade.sh TAG" 2
tag=$1
[ "$(id -u)" = 0 ] || [ -n "$root" ] || fail "run this as root (sudo)"
[ -e "$opt/current/manage.py" ] || fail "nothing is installed in $opt; run install_ops_components.sh"
before=$(cd "$opt/current" && pwd -P)
release=''

fetch_tags() {
    local options=()
    [ ! -d "$(git -C "$before" remote get-url origin)" ] || options=("${read_any_owner[@]}")
    git -C "$before" fetch --quiet --tags "${options[@]}" origin
}

find_tag() {
    # A tag that is here already needs no network: going back must work when the repository's host is down.
    if ! commit_of "$before" "$tag" >/dev/null; then
        fetch_tags || fail "$tag is unknown here and can't be fetched"
    fi
    commit_of "$before" "$tag" >/dev/null || fail "there is no tag $tag"
}

# Web services hand over; worker and beat may pause, since the rows of the database are their queue.
reload_services() {
    systemd_runs || { echo "note:  no systemd runs here; reload ${web_units[*]}, restart ${task_units[*]} yourself"; return 0; }
    systemctl daemon-reload
    systemctl reload "${web_units[@]}" && systemctl restart "${task_units[@]}"
}

answers() {
    systemd_runs || return 0
    CELESTIAL_ROLE=api manage "$opt/current" check_health >/dev/null &&
        manage "$opt/current" verify_wechat_endpoint "http://127.0.0.1:$(installed_value WECHAT_PORT)"
}

activate() {
    switch_release "$1"
    place_units "$opt/current" || true
    reload_services
}

find_tag
if [ "$(commit_of "$before" HEAD)" = "$(commit_of "$before" "$tag")" ]; then
    echo "$tag is the current release already; nothing was changed"
    exit
fi
make_release "$before" "$tag"
prepare_data "$release"
step "make $tag the current release in place of $(basename "$before")" true
if ! activate "$release" || ! answers; then
    echo "upgrade.sh: $tag does not answer; going back to $(basename "$before")" >&2
    activate "$before"
    fail "$(basename "$before") runs again. The log: journalctl -u wechat_server -u celestial_api"
fi
prune_releases
echo "$tag runs; back with: $opt/current/deploy/upgrade.sh $(basename "$before")"
