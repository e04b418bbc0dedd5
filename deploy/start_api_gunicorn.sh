#!/usr/bin/env bash
# Serves the API and the console on 127.0.0.1:API_PORT (8000); docs/configuration.md has the other variables.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
# shellcheck source-path=SCRIPTDIR source=serve.sh
. "$here/serve.sh"
# systemd has read the file for us already, and the service's user may not.
[ -n "${CELESTIAL_VAR:-}" ] || load_installed_environment
serve api "${API_PORT:-8000}"
