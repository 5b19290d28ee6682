#!/usr/bin/env bash
# A disk that fills up, a second process on the same data, providers that misbehave: each gets a clear answer, and
# nothing that was saved is lost.
#
#     run.sh BINARY        needs a mount namespace of its own (unshare) for the small disk
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
binary="$(realpath "${1:?usage: run.sh BINARY}")"
[ -d "$here/../sockets/node_modules/socket.io-client" ] || npm ci --prefix "$here/../sockets" --no-audit --no-fund --silent
export AIRIS_BINARY="$binary"
node --test --test-concurrency=1 --test-reporter="${REPORTER:-spec}" "$here/providers.test.mjs" "$here/second.test.mjs"
AIRIS_SMALL_DISK="$(mktemp -d)"
export AIRIS_SMALL_DISK
trap 'rmdir "$AIRIS_SMALL_DISK"' EXIT
unshare --user --map-root-user --mount bash -c \
    'mount -t tmpfs -o size=48m tmpfs "$AIRIS_SMALL_DISK" && exec node --test --test-reporter="${REPORTER:-spec}" "$1/disk.test.mjs"' _ "$here"
