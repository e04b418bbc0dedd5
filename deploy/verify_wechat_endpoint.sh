#!/usr/bin/env bash
# Checks a callback address as WeChat's console does: verify_wechat_endpoint.sh URL [--account SLUG | --token TOKEN]
# The URL may end with /wechat or not. Prints [PASS], or [FAIL] and why.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=installation.sh
. "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
[ $# -ge 1 ] || fail "usage: verify_wechat_endpoint.sh https://<domain> [--account SLUG | --token TOKEN]" 2
manage "$(application)" verify_wechat_endpoint "$@"
