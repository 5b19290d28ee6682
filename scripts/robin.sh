#!/usr/bin/env bash
# Asks three instances what one is asked elsewhere: the recorded conversations and every browser test, behind a load balancer
# that gives each request and each websocket to the next instance, on PostgreSQL alone and on PostgreSQL with Redis. They must
# score as one server does.
#
#     scripts/robin.sh [--binary PATH] [--on postgres|redis] [TEST.mjs…]     without a test: everything
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

binary="" kinds=(postgres redis)
while [ $# != 0 ]; do
    case "$1" in
        --binary) binary="$(realpath "${2:?--binary PATH}")"; shift 2 ;;
        --on) kinds=("${2:?--on postgres or --on redis}"); shift 2 ;;
        *) break ;;
    esac
done

fleet_tools
test_tools
export AIRIS_TEST_MODELS="${AIRIS_TEST_MODELS:-$cache/models}"
step "built-in models" scripts/fetch-models.sh --embedding "$AIRIS_TEST_MODELS"
step "browser: packages" npm_ci e2e/browser
if [ -z "$binary" ]; then
    step "client" build_client
    step "server" cargo build --release -p airis
    binary="$target/release/airis"
fi
[ ${#failed[@]} = 0 ] || { summary; exit 1; }
for kind in "${kinds[@]}"; do
    # The recordings lie beside the repository, not in it.
    if [ $# = 0 ] && [ -d "${AIRIS_SHARED:-$root/../shared}/wire" ]; then
        AIRIS_BINARY="$binary" step "recorded conversations: $kind" scripts/compat.sh --fleet "$kind"
    fi
    AIRIS_FLEET="$kind" step "browser: $kind" scripts/postgres.sh e2e/browser/run.sh "$binary" "$@"
done
summary
