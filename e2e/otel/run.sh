#!/usr/bin/env bash
# What a server tells a collector of traces, metrics and logs, read with OpenTelemetry's own definitions: over gRPC, over
# HTTP, with a password, from two servers, and where no collector is.
#
#     scripts/postgres.sh e2e/otel/run.sh BINARY        BINARY: the airis program
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
binary="$(realpath "${1:?usage: scripts/postgres.sh e2e/otel/run.sh BINARY}")"
: "${AIRIS_TEST_POSTGRES:?run it by scripts/postgres.sh}"
[ -d "$here/../sockets/node_modules/socket.io-client" ] || npm ci --prefix "$here/../sockets" --no-audit --no-fund --silent
"$here/../../scripts/python-env.sh" "$here/.venv" "$here/requirements.txt"
export AIRIS_BINARY="$binary" AIRIS_RECEIVER_PYTHON="$here/.venv/bin/python"
node --test --test-reporter="${REPORTER:-spec}" "$here"/*.test.mjs
