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
before=$(current_tag)
[ "$tag" != "$before" ] || { echo "$tag is the current release already; nothing was changed"; exit; }

find_tag() {
    local repository
    repository=$(cd "$opt/current" && pwd -P)
    # A tag that is here already needs no network: going back must work when the repository's host is down.
    if ! git -C "$repository" rev-parse --verify --quiet "$tag^{commit}" >/dev/null; then
        git -C "$repository" fetch --quiet --tags origin || fail "$tag is unknown here and can't be fetched"
    fi
    git -C "$repository" rev-parse --verify --quiet "$tag^{commit}" >/dev/null || fail "there is no tag $tag"
    make_release "$repository" "$tag"
}

# Web services hand over; worker and beat may pause, since the rows of the database are their queue.
reload_services() {
    systemd_runs || { echo "note:  no systemd runs here; reload ${web_units[*]}, restart ${task_units[*]} yourself"; return 0; }
    systemctl daemon-reload
    systemctl reload "${web_units[@]}" && systemctl restart "${task_units[@]}"
}

answers() {
    systemd_runs || return 0
    manage "$opt/current" check_health >/dev/null &&
        manage "$opt/current" verify_wechat_endpoint "http://127.0.0.1:$(installed_value WECHAT_PORT)"
}

activate() {
    switch_release "$1"
    place_units "$opt/current" || true
    reload_services
}

find_tag
prepare_data "$opt/releases/$tag"
step "make $tag the current release in place of $before" true
if ! activate "$tag" || ! answers; then
    echo "upgrade.sh: $tag does not answer; going back to $before" >&2
    activate "$before"
    fail "$before runs again. The log: journalctl -u wechat_server -u celestial_api"
fi
prune_releases
echo "$tag runs; back with: $opt/current/deploy/upgrade.sh $before"
