#!/usr/bin/env bash
# A debug server on PORT (8080) and, before it, the client's own development server, which reloads what changes.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

build_tools
npm_ci web
mkdir -p web/dist
cargo build -p airis
port="${PORT:-8080}"
PORT="$port" "$target/debug/airis" serve &
pids+=($!)
wait_for "http://127.0.0.1:$port/health" 30 || fail "the server did not start"
AIRIS_URL="http://127.0.0.1:$port" npm run --prefix web dev
