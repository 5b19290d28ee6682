# Shared by the other scripts: where things are, steps that say how long they took, processes that end with the script.
# shellcheck shell=bash

set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

cache="${XDG_CACHE_HOME:-$HOME/.cache}/airis"
# On a build machine the checkout is thrown away; what was compiled is not.
if [ "${CI:-}" = true ]; then export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"; fi
target="${CARGO_TARGET_DIR:-$root/target}"
# Half-written artefacts of an interrupted build are worth less than the time to track them.
export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-$([ "${CI:-}" = true ] && echo 0 || echo 1)}"

# One selection for tests, contract and replay: another one would build the workspace with other features once more.
# The server finds its client only in a folder that was there when it was compiled.
build_debug() { mkdir -p web/dist; cargo build --workspace --all-targets --quiet; }

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$0"): $*"; exit 1; }

passed=0
failed=()
# step NAME COMMAND…: runs it, prints its duration; a failure is remembered and the rest still runs.
step() {
    local name="$1" begin=$SECONDS status=0
    shift
    say "== $name"
    "$@" || status=$?
    if [ "$status" = 0 ]; then
        passed=$((passed + 1))
        say "== $name: ok, $((SECONDS - begin)) s"
    else
        failed+=("$name")
        say "== $name: FAILED ($status), $((SECONDS - begin)) s"
    fi
}

# beside FUNCTION: its steps run beside what follows; together waits for them, and only then shows what they said. Each
# has a process group of its own, so that what it started ends with it.
lanes=()
beside() {
    local log
    log="$(mktemp)"
    set -m
    (
        set +m
        passed=0 failed=()
        "$@"
        { echo "$passed"; for name in "${failed[@]}"; do echo "$name"; done; } >"$log.steps"
    ) </dev/null >"$log" 2>&1 &
    lanes+=("$!:$log")
    set +m
}
together() {
    local lane log count name
    for lane in "${lanes[@]}"; do
        log="${lane#*:}"
        wait "${lane%%:*}" || true
        cat "$log" >&2
        if [ -f "$log.steps" ]; then
            {
                read -r count
                passed=$((passed + count))
                while read -r name; do failed+=("$name"); done
            } <"$log.steps"
        else
            failed+=("steps that ended early")
        fi
        rm -f "$log" "$log.steps"
    done
    lanes=()
}

# The last lines: how many steps went well, and which did not.
summary() {
    for name in "${failed[@]}"; do say "failed: $name"; done
    printf '%s passed, %s failed\n' "$passed" "${#failed[@]}"
    [ "${#failed[@]}" = 0 ]
}

# Ports that nobody listens on at the moment.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for URL SECONDS: until it answers 200.
wait_for() {
    local end=$((SECONDS + $2))
    until curl -sf -o /dev/null --max-time 2 "$1"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

# Processes to end by their id, and folders to remove, whatever happens.
pids=()
folders=()
finish() {
    local pid lane
    for lane in "${lanes[@]}"; do kill -- "-${lane%%:*}" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    [ ${#folders[@]} = 0 ] || rm -rf "${folders[@]}"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
