# Releases: a clone of a tag with a virtual environment of its own, and the link that says which one runs.
# Sourced by install_ops_components.sh and upgrade.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154  # installation.sh sets the names of folders and units

KEPT_RELEASES=3

lock_digest() { sha256sum "$1/requirements-lock.txt" | cut -d ' ' -f 1; }

clone_release() {
    local source=$1 tag=$2 release=$3
    local draft=$opt/releases/.draft-$tag
    rm -rf "$draft"
    git clone --quiet --no-hardlinks "$source" "$draft"
    git -C "$draft" checkout --quiet --detach "$tag"
    # Later upgrades fetch from where the source itself came from, not from a checkout that may be gone.
    local origin
    if origin=$(git -C "$source" remote get-url origin 2>/dev/null); then
        git -C "$draft" remote set-url origin "$origin"
    fi
    mv "$draft" "$release"
}

# The packages of the lock file. Bytecode is written now, since the services can't write there.
fill_venv() {
    local release=$1
    if [ -n "${CELESTIAL_VENV:-}" ]; then
        # An offline server brings an environment made elsewhere from the same lock file.
        ln -sfn "$CELESTIAL_VENV" "$release/.venv"
    else
        sh "$release/deploy/make_venv.sh" "$(system_python)" "$release/.venv" "$release/requirements-lock.txt"
        lock_digest "$release" >"$release/.venv/lock.sha256"
    fi
    "$release/.venv/bin/python" -m compileall -q "$release"/{celestial_site,wechat,predictions,ops_dashboard}
}

system_python() { command -v python3.11 || command -v python3; }

venv_is_filled() {
    [ -L "$1/.venv" ] || [ "$(cat "$1/.venv/lock.sha256" 2>/dev/null)" = "$(lock_digest "$1")" ]
}

make_release() {
    local source=$1 tag=$2 release=$opt/releases/$2
    [ -d "$release" ] || step "clone $tag into $release" clone_release "$source" "$tag" "$release"
    # A dry run has no clone to look into.
    [ -d "$release" ] && venv_is_filled "$release" && return 0
    step "install the packages of requirements-lock.txt into $release/.venv" fill_venv "$release"
}

# The link is replaced in one rename: there is no moment without a current release.
switch_release() {
    ln -sfn "releases/$1" "$opt/.current"
    mv -T "$opt/.current" "$opt/current"
}

current_tag() { basename "$(readlink "$opt/current" 2>/dev/null)"; }

migrations_are_missing() { ! manage "$1" migrate --check >/dev/null 2>&1; }

# Migrations are written so that the release before still runs on them, so they come before the switch.
prepare_data() {
    local release=$1
    if [ ! -d "$release" ] || migrations_are_missing "$release"; then
        step "migrate the database" manage "$release" migrate --verbosity 0
    fi
    local stamp=$var/static/.release wanted
    wanted=$(git -C "$release" rev-parse HEAD 2>/dev/null || true)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || [ -z "$wanted" ]; then
        step "collect the static files" collect_static "$release" "$stamp" "$wanted"
    fi
}

collect_static() {
    manage "$1" collectstatic --noinput --verbosity 0
    echo "$3" | as_service_user tee "$2" >/dev/null
}

place_units() {
    local release=$1 unit changed=1
    for unit in "${web_units[@]}" "${task_units[@]}"; do
        place "$root/etc/systemd/system/$unit" 644 <"$release/deploy/$unit" && changed=0
    done
    return $changed
}

# The current one, the one before and one more stay; each holds some hundred megabytes.
prune_releases() {
    local release
    find "$opt/releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | cut -d ' ' -f 2- |
        tail -n "+$((KEPT_RELEASES + 1))" | while read -r release; do
            [ "$(basename "$release")" = "$(current_tag)" ] || rm -rf "$release"
        done
}
