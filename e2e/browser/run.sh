#!/usr/bin/env bash
# Drives a server with the built-in model in a real browser.
#
#     run.sh BINARY [TEST.mjs…]      needs AIRIS_TEST_MODELS; AIRIS_PICTURES names a folder for screenshots, those of the
#                                    README among them; AIRIS_SCREENS one for small pictures of every screen (docs/screens)
#     AIRIS_FLEET=redis scripts/postgres.sh run.sh …     with three instances for each server, see e2e/fleet/three.mjs
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

# No test takes minutes: one that does waits for a browser that hangs.
drive() { node --test --test-concurrency=1 --test-timeout=300000 --test-reporter="${REPORTER:-spec}" "$1"; }

# A machine that does other things too can let a browser wait for longer than a test does: what fails is tried once more,
# and the end says so, as a test that often needs it is a fault of its own.
again=() failed=()
for one in "${tests[@]}"; do
    drive "$one" && continue
    again+=("$one")
    drive "$one" || failed+=("$one")
done
[ ${#again[@]} = 0 ] || echo "browser: tried again: ${again[*]}"
[ ${#failed[@]} = 0 ] || { echo "browser: failed twice: ${failed[*]}" >&2; exit 1; }
