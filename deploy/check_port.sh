#!/usr/bin/env bash
# Refuses the start of a service whose port somebody else holds, and names who: check_port.sh VARIABLE DEFAULT
# Run by systemd as root (ExecStartPre=+), since the service's own user may not see other users' processes.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
port=${!1:-$2}
holder=$(port_holder "$port")
[ -z "$holder" ] || fail "port $port is held by $holder; stop it, or set $1 in $environment_file"
