#!/usr/bin/env bash
# Builds the client and the server, puts the small built-in model into place, and serves.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

models="${LOCAL_MODEL_PATH:-${DATA_DIR:-data}/models}"
client() { step "client" build_client; }
model() {
    if [ -f "$models" ] || ls "$models"/*.gguf >/dev/null 2>&1; then return; fi
    step "built-in model" scripts/fetch-models.sh "$models"
}

build_tools
# What waits for the network goes beside what computes.
beside client
step "server: libraries" cargo fetch --quiet --locked
together
beside model
step "server (the first build takes some minutes)" cargo build --release -p airis
[ ${#failed[@]} = 0 ] || fail "the build failed, see above"
together
exec "$target/release/airis" serve
