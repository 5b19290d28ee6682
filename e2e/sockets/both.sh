#!/usr/bin/env bash
# Starts a fresh server with the mock provider, once for websockets and once for polling, and runs run.sh on each;
# then asks fresh ones what was recorded of a first start and of a browser.
#
#     both.sh BINARY        BINARY: the airis program
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
binary="$(realpath "${1:?usage: both.sh BINARY}")"
work="$(mktemp -d)"
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap finish EXIT

node "$here/../mock/provider.mjs" 0 --recorded >"$work/mock" &
pids+=($!)
until [ -s "$work/mock" ]; do sleep 0.05; done
mock="$(cat "$work/mock")"

free_port() { node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })'; }

for websocket in true false; do
    port="$(free_port)"
    base="http://127.0.0.1:$port"
    DATA_DIR="$work/$websocket" PORT="$port" HOST=127.0.0.1 WEBUI_SECRET_KEY=test ENABLE_WEBSOCKET_SUPPORT=$websocket \
        OPENAI_API_BASE_URLS="$mock/v1" OPENAI_API_KEYS=sk-mock ENABLE_OLLAMA_API=false OFFLINE_MODE=true \
        WEBUI_AUTH_COOKIE_SECURE=false "$binary" serve >"$work/log-$websocket" 2>&1 &
    server=$!
    pids+=("$server")
    for _ in $(seq 1200); do curl -sf "$base/health" >/dev/null && break; sleep 0.05; done
    echo "== sockets: websocket=$websocket"
    MOCK="$mock" "$here/run.sh" "$base" || { tail -40 "$work/log-$websocket"; exit 1; }
    kill "$server"
done

# These need a server that nobody has used.
for name in first-start capture; do
    ollama="$([ "$name" = capture ] && echo true || echo false)"
    port="$(free_port)"
    base="http://127.0.0.1:$port"
    DATA_DIR="$work/$name" PORT="$port" HOST=127.0.0.1 WEBUI_SECRET_KEY=test OPENAI_API_BASE_URLS="$mock/v1" \
        OPENAI_API_KEYS=sk-mock ENABLE_OLLAMA_API="$ollama" OLLAMA_BASE_URLS="$mock" OFFLINE_MODE=true \
        WEBUI_AUTH_COOKIE_SECURE=false "$binary" serve >"$work/log-$name" 2>&1 &
    pids+=($!)
    for _ in $(seq 1200); do curl -sf "$base/health" >/dev/null && break; sleep 0.05; done
    echo "== recorded: $name"
    AIRIS_URL="$base" node --test --test-reporter="${REPORTER:-spec}" "$here/../capture/$name.test.mjs" ||
        { tail -40 "$work/log-$name"; exit 1; }
done
