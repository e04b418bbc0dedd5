#!/usr/bin/env bash
# HTTPS for an installation: sudo deploy/setup_https_certbot.sh DOMAIN EMAIL [--staging] [--hsts SECONDS]
#
#   --staging       Let's Encrypt's test service: its certificates are not trusted, its limits are generous
#   --hsts SECONDS  how long browsers insist on HTTPS: a day at first, 31536000 (a year) after a week that went well
#
# DOMAIN must lead to this machine, and port 80 must be open. Certbot renews by its own timer, and nginx reads the
# new certificate through the hook. A second run changes nothing.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$here/steps.sh"

usage='usage: setup_https_certbot.sh DOMAIN EMAIL [--staging] [--hsts SECONDS]'
staging=() hsts=''
[ $# -ge 2 ] || fail "$usage" 2
domain=$1 email=$2
shift 2
while [ $# -gt 0 ]; do
    case $1 in
        --staging) staging=(--staging) ;;
        --hsts) hsts=${2:-}; shift ;;
        *) fail "$usage" 2 ;;
    esac
    shift
done
site=$root/etc/nginx/sites-available/celestial
live=$root/etc/letsencrypt/live/$domain
hsts=${hsts:-$(sed -n 's/.*max-age=\([0-9]*\).*/\1/p' "$site" 2>/dev/null | head -n 1)}

[[ $domain =~ ^([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+$ ]] || fail "$domain is not a domain name such as mp.example.com" 2
[[ $email =~ ^[^@[:space:]]+@[^@[:space:]]+$ ]] || fail "$email is not an e-mail address" 2
[[ ${hsts:-0} =~ ^[0-9]+$ ]] || fail "--hsts wants seconds, not $hsts" 2
[ "$(id -u)" = 0 ] || [ -n "$root" ] || fail "run this as root (sudo)"
[ -e "$environment_file" ] || fail "nothing is installed; run install_ops_components.sh first"

install_certbot() {
    command -v certbot >/dev/null || step "install the package certbot" apt_install certbot
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The domain among the names that nginx answers and Django accepts.
accept_domain() {
    local names
    names=$(installed_value DJANGO_ALLOWED_HOSTS)
    [[ ,$names, == *",$domain,"* ]] || step "accept the host name $domain" set_variable DJANGO_ALLOWED_HOSTS "${names:+$names,}$domain"
}

# Let's Encrypt asks over HTTP, so the site without TLS comes first.
serve_challenge() {
    grep -qs 'ssl_certificate ' "$site" || change_site http
}

# A certificate of the test service gives way to a real one, never the other way round.
get_certificate() {
    local renew=()
    if [ -e "$live/fullchain.pem" ]; then
        { is_staging && [ ${#staging[@]} = 0 ]; } || return 0
        renew=(--force-renewal)
    fi
    step "get a certificate for $domain" certbot certonly --non-interactive --agree-tos --email "$email" \
        --webroot --webroot-path "$acme" --domain "$domain" --keep-until-expiring "${staging[@]}" "${renew[@]}" \
        --deploy-hook "systemctl reload nginx"
}

is_staging() { grep -qs 'acme-staging' "$root/etc/letsencrypt/renewal/$domain.conf"; }

# change_site KIND [DOMAIN]: nginx judges before anything takes effect; what it refuses is taken back.
change_site() {
    [ ! -e "$site" ] || cp -p "$site" "$site.before"
    if HSTS_SECONDS=${hsts:-86400} "$here/render_nginx.sh" "$@" | place "$site" 644 && ! nginx_accepts; then
        [ ! -e "$site.before" ] || mv "$site.before" "$site"
        fail "nginx refuses the site (nginx -t says why); the one before is back"
    fi
    if [ -e "$site.before" ] && ! cmp -s "$site.before" "$site" && systemd_runs; then systemctl reload nginx; fi
    rm -f "$site.before"
}

nginx_accepts() { [ "$dry_run" = 1 ] || [ -n "$root" ] || nginx -t -q; }

announce_address() {
    [ "$(installed_value CELESTIAL_PUBLIC_URL)" != "https://$domain" ] || return 0
    step "set CELESTIAL_PUBLIC_URL=https://$domain" set_variable CELESTIAL_PUBLIC_URL "https://$domain"
}

restart_services() {
    [ "$environment_before" != "$(sha256sum <"$environment_file")" ] || return 0
    systemd_runs || { echo "note:  no systemd runs here; restart ${web_units[*]} ${task_units[*]}"; return 0; }
    step "restart the services with the new address" systemctl restart "${web_units[@]}" "${task_units[@]}"
}

environment_before=$(sha256sum <"$environment_file")
install_certbot
accept_domain
serve_challenge
get_certificate
change_site https "$domain"
announce_address
restart_services
summary
echo "WeChat's console wants: https://$domain/wechat    verify: $here/verify_wechat_endpoint.sh https://$domain"
