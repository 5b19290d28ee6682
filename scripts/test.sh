#!/usr/bin/env bash
# Installs what the tests need and runs all of them: Rust (SQLite and PostgreSQL, real built-in models), the client's
# units, the official Socket.IO clients, the packages of OpenAI, Anthropic and Ollama and a formatter, kill -9, a crowd, several
# servers, a collector of telemetry, and a real browser.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

test_tools
export AIRIS_TEST_MODELS="${AIRIS_TEST_MODELS:-$cache/models}"
binary="$target/debug/airis"

client() {
    step "client: build" build_client
    step "client: weight" npm run --prefix web --silent budget
    step "client: units" npm run --prefix web --silent test
}

# What more than one step runs is installed by one of them.
servers() {
    step "stores of objects: packages" scripts/object-stores.sh true
    step "stores of vectors: packages" scripts/vector-servers.sh true
}

libraries() {
    # A page that is shown late is taken for one that is not shown: browsers come first.
    step "rust: tests" nice scripts/postgres.sh scripts/object-stores.sh scripts/vector-servers.sh cargo test --workspace --quiet --no-fail-fast
}

programs() {
    step "sockets: official clients" e2e/sockets/both.sh "$binary"
    step "programs: official packages of OpenAI, Anthropic and Ollama" e2e/sdks/run.sh "$binary"
    step "kill -9: nothing shown is lost" node e2e/kill9/kill9.mjs "$binary"
    step "stores of objects: large files in little memory" env AIRIS_BINARY="$binary" scripts/object-stores.sh node --test --test-reporter=spec e2e/objects/large.test.mjs
    step "trouble: disk, providers, a second process" e2e/trouble/run.sh "$binary"
    step "crowd: 128 replies at once" node e2e/load128/load128.mjs "$binary"
    step "fleet: three servers, one PostgreSQL, kill -9" scripts/postgres.sh node e2e/fleet/fleet.mjs "$binary" 30
    step "identity provider: sign-in, sign-out and the page" e2e/oidc/run.sh "$binary"
    step "collector: traces, metrics and logs over gRPC and HTTP" scripts/postgres.sh e2e/otel/run.sh "$binary"
    step "containers: what they run, without one" e2e/containers/run.sh "$binary"
    step "browser: every screen" e2e/browser/run.sh "$binary" ./screens.test.mjs
}

step "built-in models" scripts/fetch-models.sh --embedding "$AIRIS_TEST_MODELS"
beside client
beside servers
step "rust: build" build_debug
together
[ -x "$binary" ] || { summary; exit 1; }
step "client: types as the server says" scripts/api.sh --check "$binary"
step "browser: packages" npm_ci e2e/browser
# Much of what they do is waiting for each other's processes.
beside libraries
beside programs
talks=()
for one in e2e/browser/*.test.mjs; do
    [ "$one" = e2e/browser/screens.test.mjs ] || talks+=("./${one##*/}")
done
step "browser: conversations" e2e/browser/run.sh "$binary" "${talks[@]}"
together
summary
