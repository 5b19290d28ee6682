#!/usr/bin/env bash
# Drives a started server with the official Socket.IO clients.
#
#     run.sh BASE        BASE: address of a server that uses e2e/mock/provider.mjs as its OpenAI connection
set -euo pipefail
cd "$(dirname "$0")"
export AIRIS_URL="${1:?usage: run.sh BASE}"
[ -d node_modules/socket.io-client ] || npm ci --no-audit --no-fund --silent
../../scripts/python-env.sh .venv requirements.txt
node --test --test-concurrency=1 --test-reporter="${REPORTER:-spec}" ./*.test.mjs
.venv/bin/python client.py "$AIRIS_URL"
