#!/usr/bin/env bash
# Builds the client and the server, puts the small built-in model into place, and serves.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

build_tools
step "client" build_client
step "server (the first build takes some minutes)" cargo build --release -p airis
[ ${#failed[@]} = 0 ] || fail "the build failed, see above"
models="${LOCAL_MODEL_PATH:-${DATA_DIR:-data}/models}"
if [ -f "$models" ] || ls "$models"/*.gguf >/dev/null 2>&1; then :; else
    step "built-in model" scripts/fetch-models.sh "$models"
fi
exec "$target/release/airis" serve
