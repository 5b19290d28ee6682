#!/usr/bin/env bash
# cargo-deny in the version that this repository uses, installed into the cache when it is missing.
source "$(dirname "$0")/steps.sh"

version=0.20.2
tool="$cache/tools/cargo-deny-$version"
# A cache may come from a machine whose libraries are newer.
if ! "$tool/bin/cargo-deny" --version >/dev/null 2>&1; then
    say "installing cargo-deny $version (once)"
    CARGO_TARGET_DIR="$cache/tools/target" cargo install --force --locked --debug --quiet --root "$tool" cargo-deny --version "$version"
    rm -rf "$cache/tools/target"
fi
"$tool/bin/cargo-deny" "$@"
