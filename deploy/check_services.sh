#!/usr/bin/env bash
# Whether the installation is healthy: database, migrations, keys, and the pages of both services. Exit code 0 or 1.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
check_services "$(application)"
