#!/usr/bin/env bash
# Every check that runs nothing of ours.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

build_tools
step "format" cargo fmt --check
step "clippy" cargo clippy --workspace --all-targets --quiet -- -D warnings
step "licences and sources" scripts/deny.sh --log-level error check bans licenses sources
step "deployment files" scripts/deploy.sh
step "client packages" npm_ci web
step "client style" npm run --prefix web --silent lint
step "client types" npm run --prefix web --silent check
summary
