#!/usr/bin/env bash
# Writes the client's types of the API (web/src/api/schema.d.ts) anew from the server's document.
#
#     api.sh [--check] [BINARY]      without BINARY one is built; with --check nothing is written, a stale file is an error
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

check=()
if [ "${1:-}" = --check ]; then
    check=(--check)
    shift
fi
npm_ci web
if [ $# -gt 0 ]; then document="$("$1" openapi)"; else document="$(cargo run -q -p airis -- openapi)"; fi
npm run --prefix web --silent api -- "${check[@]}" <<<"$document"
