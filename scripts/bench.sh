#!/usr/bin/env bash
# Builds a release and measures it, and the client in a real browser. Options are handed on, and leave the client out:
# scripts/bench.sh --only start,http
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

build_tools
step "client" build_client
step "server and bench" cargo build --release -p airis -p airis-bench
[ ${#failed[@]} = 0 ] || fail "the build failed, see above"
# What the built-in embedding model is measured against; kept with what else is made once.
if [[ $# = 0 || "$*" =~ embedding|files|quality ]]; then
    here="$cache/embedding"
    scripts/python-env.sh "$here" bench/reference/requirements.txt
    scripts/fetch-models.sh --embedding "$cache/models"
    export AIRIS_BENCH_PYTHON="$here/bin/python" AIRIS_TEST_MODELS="$cache/models"
fi
scripts/postgres.sh "$target/release/airis-bench" --airis "$target/release/airis" "$@"

[ $# != 0 ] || {
    npm_ci e2e/browser
    CHROMIUM="$(browser)" AIRIS_BINARY="$target/release/airis" node e2e/browser/timings.mjs
}
