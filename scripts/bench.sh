#!/usr/bin/env bash
# Builds a release and measures it. Options are handed on: scripts/bench.sh --only start,http
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

build_tools
step "client" build_client
step "server and bench" cargo build --release -p airis -p airis-bench
[ ${#failed[@]} = 0 ] || fail "the build failed, see above"
scripts/postgres.sh "$target/release/airis-bench" --airis "$target/release/airis" "$@"
