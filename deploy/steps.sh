# Steps that change something only when it isn't so already, count what they change, and can only say it.
# Sourced by the scripts that install, upgrade and set up HTTPS.
# shellcheck shell=bash
# shellcheck disable=SC2154  # installation.sh sets the names of folders and units

dry_run=${dry_run:-0}
changes=0

# step DESCRIPTION COMMAND…
step() {
    local description=$1
    shift
    changes=$((changes + 1))
    if [ "$dry_run" = 1 ]; then echo "would: $description"; return 0; fi
    echo "now:   $description"
    "$@"
}

# place FILE MODE: standard input becomes FILE, unless it is that already. Returns 1 when nothing changed.
place() {
    local file=$1 mode=$2 draft
    draft=$(mktemp)
    cat >"$draft"
    if [ -e "$file" ] && cmp -s "$draft" "$file" && [ "$(stat -c %a "$file")" = "$mode" ]; then
        rm -f "$draft"
        return 1
    fi
    step "write $file" install -D -m "$mode" "$draft" "$file"
    rm -f "$draft"
}

# folder PATH MODE OWNER
folder() {
    [ -d "$1" ] && [ "$(stat -c %a "$1")" = "$2" ] && return 0
    if [ -n "$root" ] || [ "$3" = root ]; then
        step "make $1" install -d -m "$2" "$1"
    else
        step "make $1 for $3" install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$1"
    fi
}

summary() {
    if [ "$dry_run" = 1 ]; then
        echo "$changes changes would be made; nothing was changed"
    elif [ "$changes" = 0 ]; then
        echo "everything was so already; nothing was changed"
    else
        echo "$changes changes made"
    fi
}
