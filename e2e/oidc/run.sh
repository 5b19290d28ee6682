#!/usr/bin/env bash
# Sign-in with accounts of a real OpenID provider (the certified oidc-provider), started privately.
#
#     run.sh BINARY      AIRIS_PICTURES names a folder for screenshots
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
AIRIS_BINARY="$(realpath "${1:?usage: run.sh BINARY}")"
export AIRIS_BINARY
[ -d "$here/node_modules/oidc-provider" ] || npm ci --prefix "$here" --no-audit --no-fund --silent
[ -d "$here/../browser/node_modules/playwright-core" ] || npm ci --prefix "$here/../browser" --no-audit --no-fund --silent
node --test --test-concurrency=1 --test-reporter="${REPORTER:-spec}" "$here/oidc.test.mjs" "$here/page.test.mjs"
