#!/usr/bin/env bash
# Breaks fleets of a release build in every way that they have to survive, and prints what it cost them. Options are handed on:
# scripts/fleet.sh --only kill9,redis-failover --on sentinel --rounds 3; --list shows what there is. With --binary PATH
# nothing is built.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

binary="" options=()
while [ $# != 0 ]; do
    case "$1" in
        --binary) binary="$(realpath "${2:?--binary PATH}")"; shift 2 ;;
        --previous) options+=(--previous "$(realpath "${2:?--previous PATH}")"); shift 2 ;;
        *) options+=("$1"); shift ;;
    esac
done

PATH="$PATH:/usr/sbin"
fleet_tools
[ -d e2e/sockets/node_modules/socket.io-client ] || npm ci --prefix e2e/sockets --no-audit --no-fund --silent
# Installs an object store, once.
scripts/python-env.sh "$cache/objects/.venv" e2e/objects/requirements.txt
if [ -z "$binary" ]; then
    build_tools
    step "client" build_client
    step "server" cargo build --release -p airis
    [ ${#failed[@]} = 0 ] || fail "the build failed, see above"
    binary="$target/release/airis"
fi
# What people connect to, whichever fleet is behind it.
AIRIS_URL="http://127.0.0.1:$(node -e 'import("./e2e/processes.mjs").then((m) => m.keptPort()).then(console.log)')" \
    AIRIS_OBJECTS="$cache/objects" scripts/postgres.sh node e2e/fleet/faults.mjs "$binary" "${options[@]}"
say "Whether three instances answer as one does is another run: make robin"
