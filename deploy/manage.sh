#!/usr/bin/env bash
# manage.py as the services see it: their user, their environment, their release. sudo deploy/manage.sh check_health
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
manage "$(application)" "$@"
