#!/usr/bin/env bash
# Installs Celestial Nexus on Debian 12 or newer: sudo deploy/install_ops_components.sh [OPTION…]
#
#   --tag TAG       the release to install (default: the latest tag before this checkout's HEAD, else HEAD)
#   --source PATH   the git repository it is cloned from (default: this checkout)
#   --domain NAME   a host name to serve besides this machine's own names
#   --dry-run       say what would be done, do nothing
#   --uninstall     remove services, site and releases; data, logs and secrets stay
#   --purge         with --uninstall: remove data, logs, secrets and the user as well
#   --root DIR      install below DIR: files only, no packages, no user, nothing is started (also CELESTIAL_ROOT)
#
# It asks nothing. Ports come from WECHAT_PORT (9090), API_PORT (8000) and WECHAT_* from the environment at the
# first run and live in /etc/celestial/celestial.env afterwards. A second run changes nothing.
set -euo pipefail
source_folder=$(dirname "${BASH_SOURCE[0]}")
tag='' source='' domain='' uninstall=0 purge=0 dry_run=0

usage() { sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "${BASH_SOURCE[0]}"; }

while [ $# -gt 0 ]; do
    case $1 in
        --tag) tag=$2; shift ;;
        --source) source=$2; shift ;;
        --domain) domain=$2; shift ;;
        --root) CELESTIAL_ROOT=$2; shift ;;
        --dry-run) dry_run=1 ;;
        --uninstall) uninstall=1 ;;
        --purge) purge=1 ;;
        -h | --help) usage; exit ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
export CELESTIAL_ROOT=${CELESTIAL_ROOT:-}
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$source_folder/installation.sh"
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$here/steps.sh"
# shellcheck source-path=SCRIPTDIR source=releases.sh
. "$here/releases.sh"
# shellcheck source-path=SCRIPTDIR source=uninstall.sh
. "$here/uninstall.sh"

# Debian's name of the package -> a file that it brings. Python's pip comes with the checkout.
declare -A PACKAGES=(
    [git]=/usr/bin/git [nginx-light]=/usr/sbin/nginx [logrotate]=/usr/sbin/logrotate [openssl]=/usr/bin/openssl
    [iproute2]=/bin/ss [procps]=/usr/bin/ps [python3]=/usr/bin/python3 [ca-certificates]=/usr/sbin/update-ca-certificates
)

require_root() {
    [ "$(id -u)" = 0 ] || [ -n "$root" ] || fail "run this as root (sudo)"
}

install_packages() {
    local package missing=()
    for package in "${!PACKAGES[@]}"; do
        [ -e "${PACKAGES[$package]}" ] || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then step "install the packages ${missing[*]}" apt_install "${missing[@]}"; fi
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Before anything is changed: a service that can't start is found out now, not after the installation.
check_ports() {
    local port holder busy=0
    # Without ss nobody can be named; a bare machine gets it before anything else.
    command -v ss >/dev/null || step "install the package iproute2" apt_install iproute2
    for port in "${WECHAT_PORT:-9090}" "${API_PORT:-8000}" 80; do
        holder=$(port_holder "$port")
        if [ -n "$holder" ] && ! is_ours "$holder" "$port"; then
            echo "$(basename "$0"): port $port is held by $holder" >&2
            busy=1
        fi
    done
    [ "$busy" = 0 ] || fail "stop what holds the ports, or choose others: WECHAT_PORT=19090 API_PORT=18000 $0 (80 is nginx's)"
}

choose_release() {
    source=${source:-$checkout}
    # git refuses another user's checkout unless it is named safe: for this run alone.
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
    git -C "$source" rev-parse --git-dir >/dev/null 2>&1 || fail "$source is not a git repository; name one with --source"
    tag=${tag:-$(git -C "$source" describe --tags --abbrev=0 2>/dev/null || git -C "$source" rev-parse --short HEAD)}
    git -C "$source" rev-parse --verify --quiet "$tag^{commit}" >/dev/null || fail "$source has no tag $tag"
    # Tags may have slashes; a folder's name may not.
    [[ $tag =~ ^[A-Za-z0-9._-]+$ ]] || fail "the tag $tag can't be a folder's name"
}

make_user() {
    [ -n "$root" ] && return 0
    getent passwd "$service_user" >/dev/null ||
        step "make the user $service_user" useradd --system --user-group --home-dir "$var" --no-create-home \
            --shell /usr/sbin/nologin "$service_user"
}

make_folders() {
    folder "$opt/releases" 755 root
    folder "$etc" 755 root
    folder "$var" 700 "$service_user:$service_user"
    folder "$logs" 750 "$service_user:$service_user"
    folder "$acme" 755 root
}

host_names() {
    local address
    address=$(hostname -I 2>/dev/null | cut -d ' ' -f 1 || true)
    printf '%s\n' localhost 127.0.0.1 "$(hostname)" "$address" "$domain" | awk 'NF && !seen[$0]++' | paste -sd ,
}

# What a fresh installation needs; secrets are made here and nowhere else.
new_environment() {
    cat <<END
# Celestial Nexus: the environment of its services, read by systemd. docs/configuration.md explains every variable.
# After a change: systemctl restart wechat_server celestial_api celestial_worker celestial_beat
CELESTIAL_VAR=${var#"$root"}
CELESTIAL_LOG_DIR=${logs#"$root"}
WECHAT_PORT=${WECHAT_PORT:-9090}
API_PORT=${API_PORT:-8000}
DJANGO_ALLOWED_HOSTS=$(host_names)
DJANGO_SECRET_KEY=$(openssl rand -base64 48)
CELESTIAL_ENCRYPTION_KEYS=$(openssl rand -base64 32)
METRICS_TOKEN=$(openssl rand -hex 16)
WECHAT_TOKEN=${WECHAT_TOKEN:-$(openssl rand -hex 12)}
$(given_or_commented WECHAT_APPID wx0123456789abcdef)
$(given_or_commented WECHAT_ENCODING_AES_KEY '43 characters')
$(given_or_commented WECHAT_APPSECRET '')
$(given_or_commented DATABASE_URL postgresql://user:password@127.0.0.1/celestial)
$(given_or_commented REDIS_URL redis://127.0.0.1:6379/0)
$(given_or_commented CELERY_BROKER_URL redis://127.0.0.1:6379/1)
END
}

given_or_commented() { if [ -n "${!1:-}" ]; then echo "$1=${!1}"; else echo "#$1=$2"; fi; }

write_environment() {
    [ -e "$environment_file" ] && return 0
    step "write $environment_file with new secrets" save_environment
}

save_environment() {
    local draft
    draft=$(mktemp "$environment_file.XXXXXX")
    new_environment >"$draft"
    mv "$draft" "$environment_file"
}

# A running installation changes releases with upgrade.sh, which also goes back when the new one fails.
refuse_upgrade() {
    [ -e "$opt/current/manage.py" ] || return 0
    [ "$(commit_of "$opt/current" HEAD)" = "$(commit_of "$source" "$tag")" ] ||
        fail "$(current_release) is installed; change to $tag with $opt/current/deploy/upgrade.sh $tag"
}

make_current() {
    if [ -d "$release" ] && is_current "$release"; then return 0; fi
    step "make $tag the current release" switch_release "$release"
}

first_owner() {
    if [ -d "$opt/current" ] && run_python "$opt/current" deploy/first_owner.py --check 2>/dev/null; then return 0; fi
    step "make the first account of the console" show_owner
}

show_owner() {
    local name password
    read -r name password < <(run_python "$opt/current" deploy/first_owner.py)
    echo "       console: /admin/   user: $name   password: $password   (shown once; change it after the login)"
}

place_site() {
    local site=$root/etc/nginx/sites-available/celestial
    # With HTTPS set up, the site is setup_https_certbot.sh's.
    grep -qs 'ssl_certificate ' "$site" && return 0
    if "$here/render_nginx.sh" http | place "$site" 644; then reload=1; fi
    enable_site "$site"
}

enable_site() {
    local enabled=$root/etc/nginx/sites-enabled
    folder "$enabled" 755 root
    [ -L "$enabled/celestial" ] ||
        step "enable the nginx site" ln -sfn ../sites-available/celestial "$enabled/celestial"
    # Debian's welcome page claims to be the default server, which is ours to refuse unknown names.
    [ ! -L "$enabled/default" ] || step "disable nginx's welcome page" rm "$enabled/default"
}

start_services() {
    systemd_runs || { echo "note:  no systemd runs here; enable the services with: systemctl enable --now ${started_units[*]} nginx"; return 0; }
    local unit
    [ "$units_changed" = 0 ] || step "make systemd read the units" systemctl daemon-reload
    for unit in "${started_units[@]}"; do
        if ! systemctl --quiet is-enabled "$unit" 2>/dev/null || ! systemctl --quiet is-active "$unit"; then
            step "enable and start $unit" systemctl enable --quiet --now "$unit"
        fi
    done
    [ "$reload" = 0 ] || step "reload nginx" reload_nginx
}

reload_nginx() {
    [ -n "$root" ] || nginx -t -q || fail "nginx refuses the configuration; nothing was reloaded"
    systemctl reload-or-restart nginx
}

next_steps() {
    cat <<END

Next:
  HTTPS     $opt/current/deploy/setup_https_certbot.sh <domain> <email>
  WeChat    enter https://<domain>/wechat and the WECHAT_TOKEN of $environment_file in WeChat's console
  verify    $opt/current/deploy/verify_wechat_endpoint.sh https://<domain>
  status    $opt/current/deploy/check_services.sh
END
}

install_all() {
    local units_changed=0 reload=0 release=''
    check_ports
    [ -n "$root" ] || install_packages
    choose_release
    refuse_upgrade
    make_user
    make_folders
    write_environment
    make_release "$source" "$tag"
    prepare_data "$release"
    make_current
    first_owner
    if place_units "$release"; then units_changed=1; fi
    place_site
    place "$root/etc/logrotate.d/celestial_wechat" 644 <"$here/logrotate/celestial_wechat" || true
    start_services
    summary
    [ "$changes" = 0 ] || [ "$dry_run" = 1 ] || next_steps
}

require_root
# The ports of the installation, unless the caller names others.
WECHAT_PORT=${WECHAT_PORT:-$(installed_value WECHAT_PORT)} API_PORT=${API_PORT:-$(installed_value API_PORT)}
if [ "$uninstall" = 1 ]; then uninstall_all; else install_all; fi
