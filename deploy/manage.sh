#!/usr/bin/env bash
# manage.py as the services see it: their user, their environment, their release. sudo deploy/manage.sh set_mode …
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
# The callback is a service of its own here; the command's default address is that of `make run`.
if [ "${1:-}" = simulate_encrypted_message ] && [ -e "$opt/current" ] && [[ " $* " != *" --url"* ]]; then
    set -- "$@" --url "http://127.0.0.1:$(installed_value WECHAT_PORT)"
fi
manage "$(application)" "$@"
