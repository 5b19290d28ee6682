#!/usr/bin/env bash
# Drives a server with the built-in model in a real browser.
#
#     run.sh BINARY      needs AIRIS_TEST_MODELS; AIRIS_PICTURES names a folder for screenshots, those of the README among them
set -euo pipefail
AIRIS_BINARY="$(realpath "${1:?usage: run.sh BINARY}")"
export AIRIS_BINARY
cd "$(dirname "$0")"
[ -d node_modules/playwright-core ] || npm ci --no-audit --no-fund --silent
node --test --test-concurrency=1 --test-reporter="${REPORTER:-spec}" ./*.test.mjs
