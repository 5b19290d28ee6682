#!/usr/bin/env bash
# Replays recorded HTTP conversations against a fresh server and compares the score with compat/baseline.json.
#
#     scripts/compat.sh [--save | --fleet postgres|redis] [REPLAY OPTIONS…]     such as --scenario chats --show 5
#
# With --fleet the server is three instances that share a private PostgreSQL, and talk over it or over a Redis, behind a load
# balancer that gives every request to the next one; they may not score less than one does.
# What recorded browsers did is done again, too (e2e/sockets/captured.mjs), by another fresh server; nothing of it may differ.
# The recordings are not part of the repository: they lie in $AIRIS_SHARED/wire, by default ../shared/wire. A scenario
# may never pass fewer steps than the baseline says; --save writes a better one. Exit status: 0 as good or better,
# 1 worse, 2 there are no recordings.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

save=no bus=""
case "${1:-}" in
    --save) save=yes; shift ;;
    --fleet)
        [ -n "${AIRIS_TEST_POSTGRES:-}" ] || exec scripts/postgres.sh scripts/compat.sh "$@"
        save=fleet bus="${2:?--fleet postgres or --fleet redis}"
        shift 2
        ;;
esac
wire="${AIRIS_SHARED:-$root/../shared}/wire"
if [ ! -f "$wire/replay.py" ]; then
    say "There are no recorded conversations at $wire; set AIRIS_SHARED to the folder that holds wire/. Nothing was compared."
    exit 2
fi
binary="${AIRIS_BINARY:-$target/debug/airis}"
[ -n "${AIRIS_BINARY:-}" ] || build_debug

work="$(mktemp -d)"
folders+=("$work")
provider="$(free_port)"
python3 "$wire/mock_provider.py" "$provider" >"$work/provider.log" 2>&1 &
pids+=($!)
mock="http://127.0.0.1:$provider"
serve=("$binary" serve)
[ -z "$bus" ] || serve=(AIRIS_FLEET="$bus" AIRIS_TEST_POSTGRES="$AIRIS_TEST_POSTGRES" AIRIS_TEST_PSQL="$AIRIS_TEST_PSQL"
    node "$root/e2e/fleet/three.mjs" "$(realpath "$binary")")
wait_for "$mock/v1/models" 60 || { cat "$work/provider.log"; fail "the recorded provider did not start"; }

# fresh_server NAME: serves what is in a new folder of that name at $base.
fresh_server() {
    port="$(free_port)"
    base="http://127.0.0.1:$port"
    mkdir "$work/$1"
    (
        cd "$work"
        exec env -i PATH="$PATH" HOME="$work" ENV=prod WEBUI_SECRET_KEY=wire-secret WEBUI_URL="$base" DATA_DIR="$work/$1" HOST=127.0.0.1 PORT="$port" \
            OFFLINE_MODE=true ENABLE_VERSION_UPDATE_CHECK=false OPENAI_API_BASE_URLS="$mock/v1" OPENAI_API_KEYS=sk-mock \
            ENABLE_OLLAMA_API=true OLLAMA_BASE_URLS="$mock" RAG_EMBEDDING_ENGINE=openai RAG_EMBEDDING_MODEL=mock-embed \
            RAG_OPENAI_API_BASE_URL="$mock/v1" RAG_OPENAI_API_KEY=sk-mock WEB_SEARCH_ENGINE=searxng \
            SEARXNG_QUERY_URL="$mock/search?q=<query>" ENABLE_RAG_LOCAL_WEB_FETCH=true \
            AUDIO_STT_ENGINE=openai AUDIO_STT_OPENAI_API_BASE_URL="$mock/v1" AUDIO_STT_OPENAI_API_KEY=sk-mock \
            AUDIO_TTS_ENGINE=openai AUDIO_TTS_OPENAI_API_BASE_URL="$mock/v1" AUDIO_TTS_OPENAI_API_KEY=sk-mock \
            IMAGES_OPENAI_API_BASE_URL="$mock/v1" IMAGES_OPENAI_API_KEY=sk-mock ENABLE_SCIM=true SCIM_TOKEN=scim-wire-token \
            SCIM_AUTH_PROVIDER=oidc ENABLE_API_KEYS=true ENABLE_CHANNELS=true ENABLE_NOTES=true ENABLE_CALENDAR=true \
            ENABLE_AUTOMATIONS=true ENABLE_MEMORIES=true 'CORS_ALLOW_ORIGIN=*' WEBUI_AUTH_COOKIE_SECURE=false \
            "${serve[@]}" >"$work/$1.log" 2>&1
    ) &
    pids+=($!)
    wait_for "$base/health" 90 || { cat "$work/$1.log"; fail "the server did not start"; }
}

fresh_server replayed
# Mismatches are expected while capabilities are missing; the comparison below decides.
python3 "$wire/replay.py" "$base" --mock "$mock" --json "$work/score.json" --show 0 "$@" || true
[ -f "$work/score.json" ] || { tail -20 "$work/replayed.log"; fail "the replay did not finish"; }
[ -z "${AIRIS_COMPAT_JSON:-}" ] || cp "$work/score.json" "$AIRIS_COMPAT_JSON"
python3 scripts/compat_score.py "$work/score.json" compat/baseline.json "$save"

# A fleet has one database, which is not fresh any more; parts of the recordings were asked for.
[ -z "$bus" ] && [ $# = 0 ] || exit 0
npm_ci e2e/sockets
for capture in chat-first-turn rag-file-turn; do
    say "recorded browser: $capture"
    fresh_server "$capture"
    AIRIS_URL="$base" node e2e/sockets/captured.mjs "$wire/browser-$capture.json"
done
