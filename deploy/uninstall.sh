# Takes an installation away again. Sourced by install_ops_components.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154  # installation.sh sets the names of folders and units

uninstall_all() {
    local unit file
    if systemd_runs; then
        for unit in "${started_units[@]}"; do
            [ ! -e "/etc/systemd/system/$unit" ] || step "stop and disable $unit" systemctl disable --quiet --now "$unit"
        done
    fi
    for file in "${all_units[@]/#//etc/systemd/system/}" \
        /etc/nginx/sites-enabled/celestial /etc/nginx/sites-available/celestial /etc/logrotate.d/celestial_wechat; do
        remove "$root$file"
    done
    # The welcome page that the installation switched off.
    if [ -e "$root/etc/nginx/sites-available/default" ] && [ ! -e "$root/etc/nginx/sites-enabled/default" ]; then
        step "enable nginx's welcome page again" ln -s ../sites-available/default "$root/etc/nginx/sites-enabled/default"
    fi
    remove "$opt"
    remove "$acme"
    if systemd_runs && [ "$changes" -gt 0 ]; then
        step "make systemd and nginx read what is left" after_removal
    fi
    [ "$purge" = 0 ] || purge_all
    summary
    [ "$purge" = 1 ] || echo "kept: $etc $var $logs (--purge removes them)"
}

after_removal() {
    systemctl daemon-reload
    systemctl try-reload-or-restart nginx
}

remove() {
    if [ -e "$1" ] || [ -L "$1" ]; then step "remove $1" rm -rf "$1"; fi
}

purge_all() {
    remove "$etc"
    remove "$var"
    remove "$logs"
    if [ -z "$root" ] && getent passwd "$service_user" >/dev/null; then
        step "remove the user $service_user" userdel "$service_user"
    fi
}
