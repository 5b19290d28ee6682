#!/usr/bin/env bash
# Prints which operations of the recorded contract exist, and where shapes differ. Options are handed on.
source "$(dirname "$0")/steps.sh"

[ -z "${AIRIS_SHARED:-}" ] || export CONTRACT="${CONTRACT:-$AIRIS_SHARED/contract}"
build_debug
document="$(mktemp)"
folders+=("$document")
"$target/debug/airis" openapi >"$document"
scripts/contract.py --document "$document" "$@"
