# Releases: a clone of a tag with a virtual environment of its own, and the link that says which one runs.
# Sourced by install_ops_components.sh and upgrade.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154  # installation.sh sets the names of folders and units

KEPT_RELEASES=3

lock_digest() { sha256sum "$1/requirements-lock.txt" | cut -d ' ' -f 1; }

# A checkout in somebody's home belongs to another user than root; git asks to be told that this is meant. The process
# that reads a local repository doesn't see GIT_CONFIG_*, so it is told on its command line.
read_any_owner=(--upload-pack 'git -c safe.directory=* upload-pack')

clone_release() {
    local source=$1 tag=$2 release=$3
    local draft=$opt/releases/.draft
    rm -rf "$draft"
    git -c advice.detachedHead=false clone --quiet --no-hardlinks "${read_any_owner[@]}" "$source" "$draft"
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

commit_of() { git -C "$1" rev-parse --verify --quiet "$2^{commit}"; }

# Sets `release` to the folder of the tag, and fills it. A folder of that name whose checkout was moved by hand to
# something else (the rollback with git checkout) may be running: it is left alone and another one is made.
make_release() {
    local source=$1 tag=$2 commit
    commit=$(commit_of "$source" "$tag")
    release=$opt/releases/$tag
    if [ -d "$release" ] && [ "$(commit_of "$release" HEAD)" != "$commit" ]; then release+=.${commit:0:8}; fi
    [ -d "$release" ] || step "clone $tag into $release" clone_release "$source" "$tag" "$release"
    # A dry run has no clone to look into.
    [ -d "$release" ] && venv_is_filled "$release" && return 0
    step "install the packages of requirements-lock.txt into $release/.venv" fill_venv "$release"
}

# The link is replaced in one rename: there is no moment without a current release.
switch_release() {
    ln -sfn "releases/$(basename "$1")" "$opt/.current"
    mv -T "$opt/.current" "$opt/current"
}

# The folder's name, which is the tag.
current_release() { basename "$(readlink "$opt/current" 2>/dev/null)"; }

is_current() { [ -e "$opt/current" ] && [ "$(cd "$opt/current" && pwd -P)" = "$(cd "$1" && pwd -P)" ]; }

migrations_are_missing() { ! manage "$1" migrate --check >/dev/null 2>&1; }

# Migrations are written so that the release before still runs on them, so they come before the switch. Files of
# the release before stay beside the new ones: their names hold a digest of their content.
prepare_data() {
    local release=$1
    if [ ! -d "$release" ] || migrations_are_missing "$release"; then
        step "migrate the database" manage "$release" migrate --verbosity 0
    fi
    if [ ! -d "$release" ] || ! is_current "$release"; then
        step "collect the static files" manage "$release" collectstatic --noinput --verbosity 0
    fi
}

place_units() {
    local folder=$1/deploy unit changed=1
    # A dry run has no clone to take them from.
    [ -d "$folder" ] || folder=$here
    for unit in "${all_units[@]}"; do
        place "$root/etc/systemd/system/$unit" 644 <"$folder/$unit" && changed=0
    done
    return $changed
}

# The current one, the one before and one more stay; each holds some hundred megabytes.
prune_releases() {
    local release
    find "$opt/releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | cut -d ' ' -f 2- |
        tail -n "+$((KEPT_RELEASES + 1))" | while read -r release; do
            [ "$(basename "$release")" = "$(current_release)" ] || rm -rf "$release"
        done
}
