#!/usr/bin/env bash
# Formats everything in place.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

cargo fmt
npm_ci web
npm run --prefix web --silent format
