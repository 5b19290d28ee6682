#!/usr/bin/env bash
# Drives a fresh server with the official Python packages of OpenAI, Anthropic and Ollama, and with a formatter beside it.
#
#     run.sh BINARY        BINARY: the airis program; the built-in models lie in $AIRIS_TEST_MODELS
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
binary="$(realpath "${1:?usage: run.sh BINARY}")"
: "${AIRIS_TEST_MODELS:?set it to a folder filled by scripts/fetch-models.sh --embedding}"
"$here/../../scripts/python-env.sh" "$here/.venv" "$here/requirements.txt"
work="$(mktemp -d)"
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap finish EXIT

node "$here/../mock/provider.mjs" 0 >"$work/mock" &
pids+=($!)
until [ -s "$work/mock" ]; do sleep 0.05; done
mock="$(cat "$work/mock")"
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
base="http://127.0.0.1:$port"
(
    cd "$work"
    exec env -i PATH="$here/.venv/bin:$PATH" HOME="$work" DATA_DIR="$work/data" PORT="$port" HOST=127.0.0.1 WEBUI_SECRET_KEY=test \
        LOCAL_MODEL_PATH="$AIRIS_TEST_MODELS" OPENAI_API_BASE_URLS="$mock/v1" OPENAI_API_KEYS=sk-mock \
        ENABLE_OLLAMA_API=true OLLAMA_BASE_URLS="$mock" ENABLE_API_KEYS=true OFFLINE_MODE=true \
        "$binary" serve >"$work/log" 2>&1
) &
pids+=($!)
for _ in $(seq 1200); do curl -sf "$base/health" >/dev/null && break; sleep 0.05; done
AIRIS_URL="$base" MOCK="$mock" "$here/.venv/bin/python" -W ignore::ResourceWarning -m unittest discover --start-directory "$here" "${@:2}" ||
    { tail -40 "$work/log"; exit 1; }
