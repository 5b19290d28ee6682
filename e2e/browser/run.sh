#!/usr/bin/env bash
# Drives a server with the built-in model in a real browser.
#
#     run.sh BINARY [TEST.mjs…]      needs AIRIS_TEST_MODELS; AIRIS_PICTURES names a folder for screenshots, those of the
#                                    README among them; AIRIS_SCREENS one for small pictures of every screen (docs/screens)
set -euo pipefail
AIRIS_BINARY="$(realpath "${1:?usage: run.sh BINARY [TEST.mjs…]}")"
export AIRIS_BINARY
tests=("${@:2}")
for folder in AIRIS_PICTURES AIRIS_SCREENS; do
    if [ -n "${!folder:-}" ]; then export "$folder=$(realpath -m "${!folder}")"; fi
done
cd "$(dirname "$0")"
[ -d node_modules/playwright-core ] || npm ci --no-audit --no-fund --silent
[ ${#tests[@]} -gt 0 ] || tests=(./*.test.mjs)
node --test --test-concurrency=1 --test-reporter="${REPORTER:-spec}" "${tests[@]}"
