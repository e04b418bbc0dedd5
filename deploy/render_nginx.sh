#!/usr/bin/env bash
# Prints the nginx site: render_nginx.sh http, or render_nginx.sh https DOMAIN
# Ports, names and folders are the installation's; NGINX_HTTP_PORT, NGINX_HTTPS_PORT, TLS_CERTIFICATE, TLS_KEY, ACME_ROOT,
# NGINX_LOGS and HSTS_SECONDS replace 80, 443, Let's Encrypt's files and the day that HSTS begins with.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"

kind=${1:-} domain=${2:-}
case $kind in
    http) names=$(installed_value DJANGO_ALLOWED_HOSTS | tr , ' ') ;;
    https) names=$domain ;;
    *) fail "usage: render_nginx.sh http | https DOMAIN" 2 ;;
esac
names=${names:-localhost 127.0.0.1}
[[ $names =~ ^[][A-Za-z0-9.:_\ -]+$ ]] || fail "these can't be server names: $names"

wechat_port=${WECHAT_PORT:-$(installed_value WECHAT_PORT)} api_port=${API_PORT:-$(installed_value API_PORT)}
live=/etc/letsencrypt/live/$domain
values=(
    "HTTP_PORT=${NGINX_HTTP_PORT:-80}" "HTTPS_PORT=${NGINX_HTTPS_PORT:-443}" "SERVER_NAMES=$names"
    "WECHAT_PORT=${wechat_port:-9090}" "API_PORT=${api_port:-8000}" "ACME=${ACME_ROOT:-${acme#"$root"}}"
    "CERTIFICATE=${TLS_CERTIFICATE:-$live/fullchain.pem}" "KEY=${TLS_KEY:-$live/privkey.pem}"
    "LOGS=${NGINX_LOGS:-/var/log/nginx}" "HSTS=${HSTS_SECONDS:-86400}"
)
program=()
for value in "${values[@]}"; do program+=(-e "s|@${value%%=*}@|${value#*=}|g"); done
# A machine without IPv6 can't listen on it.
[ -e /proc/net/if_inet6 ] || program+=(-e '/listen \[::\]/d')

# include PLACEHOLDER: the line that names it becomes the file's content
include() { sed -e "/@$1@/{" -e "r $here/nginx/${1,,}.conf" -e 'd' -e '}'; }

{ cat "$here/nginx/shared.conf"; include LOCATIONS <"$here/nginx/celestial_$kind.conf" | include CALLBACK; } |
    sed "${program[@]}"
