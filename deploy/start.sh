#!/usr/bin/env bash
# What the container runs: prepares what airis does not know about, then becomes airis.
#
#     start.sh                 serves
#     start.sh COMMAND…        any other command of airis, such as `doctor` or `user list`
#
# NAME_FILE          secrets that come as files, as orchestrators give them: see `secrets` below
# USE_OLLAMA_DOCKER  true: Ollama runs in this container, too; its models are kept in DATA_DIR/.ollama
# USE_CUDA_DOCKER    true: built-in models are computed by a graphics card
# SPACE_ID           set by Hugging Face, where everybody can reach what runs
set -euo pipefail

data="${DATA_DIR:-./data}"
# The models that the image brings along.
brought="$(dirname "${BASH_SOURCE[0]}")/models"
secrets=(WEBUI_SECRET_KEY WEBUI_ADMIN_PASSWORD DATABASE_URL DATABASE_PASSWORD REDIS_URL OPENAI_API_KEY OPENAI_API_KEYS)

main() {
    read_secrets
    [ "${USE_CUDA_DOCKER:-false}" != true ] || find_graphics_card
    case "${1:-}" in
        '' | -*) ;;
        *) exec airis "$@" ;;
    esac
    guard_space
    offer_models
    if [ "${USE_OLLAMA_DOCKER:-false}" = true ]; then serve_with_ollama "$@"; else exec airis serve "$@"; fi
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "start.sh: $*"; exit 1; }

# A value that is given wins over its file. What neither gives, airis makes and keeps in DATA_DIR (the secret key), or
# does without.
read_secrets() {
    local name file
    for name in "${secrets[@]}"; do
        file="${name}_FILE"
        if [ -n "${!name:-}" ] || [ -z "${!file:-}" ]; then continue; fi
        [ -r "${!file}" ] || fail "$file: ${!file} cannot be read"
        export "$name=$(<"${!file}")"
    done
}

# A program that was built for a graphics card does not start without the driver's library, which comes from the host.
find_graphics_card() {
    local folder
    for folder in /usr/local/cuda/lib64 /usr/local/nvidia/lib64 /usr/local/nvidia/lib; do
        if [ -d "$folder" ]; then LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; fi
    done
    export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}"
    driver_is_there || fail "USE_CUDA_DOCKER: no driver of a graphics card is in this container; run it with --gpus all," \
        "or take an image that was built without USE_CUDA"
}

driver_is_there() {
    local folder
    if [[ "$(ldconfig -p 2>/dev/null)" == *libcuda.so.1* ]]; then return 0; fi
    while IFS= read -r -d : folder; do
        if [ -n "$folder" ] && [ -e "$folder/libcuda.so.1" ]; then return 0; fi
    done <<<"$LD_LIBRARY_PATH:"
    return 1
}

# Who makes the first account administrates the server: in a Space that must not be the first stranger who comes by.
guard_space() {
    if [ -z "${SPACE_ID:-}" ] || [ -e "$data/airis.db" ] || [ "${WEBUI_AUTH:-true}" = false ]; then return; fi
    if [ -z "${WEBUI_ADMIN_EMAIL:-}" ] || [ -z "${WEBUI_ADMIN_PASSWORD:-}" ]; then
        fail "SPACE_ID: everybody can reach this Space; set WEBUI_ADMIN_EMAIL and WEBUI_ADMIN_PASSWORD in its secrets," \
            "then the administrator's account is made at the first start"
    fi
}

# Models of the image are shown in the folder that people bring their own into. Links to those of an older image go.
offer_models() {
    local model link
    if [ -n "${LOCAL_MODEL_PATH:-}" ]; then return; fi
    mkdir -p "$data/models" 2>/dev/null || return 0 # airis says it better
    for link in "$data"/models/*; do
        if [ -L "$link" ] && [ ! -e "$link" ]; then rm -f "$link"; fi
    done
    for model in "$brought"/*; do
        link="$data/models/${model##*/}"
        if [ -e "$model" ] && [ ! -e "$link" ]; then ln -s "$(realpath "$model")" "$link" 2>/dev/null || true; fi
    done
}

# Two programs: whoever stops the container stops airis, which lets replies finish, and Ollama answers until then.
serve_with_ollama() {
    local server='' ollama status=0
    keep_ollama &
    ollama=$!
    trap '[ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true' TERM INT
    airis serve "$@" &
    server=$!
    # A signal ends the waiting, not the server.
    while kill -0 "$server" 2>/dev/null; do wait "$server" || true; done
    wait "$server" || status=$?
    kill -TERM "$ollama" 2>/dev/null || true
    wait "$ollama" 2>/dev/null || true
    exit "$status"
}

# An Ollama that fails is started again; meanwhile only its own models are missing.
keep_ollama() {
    local ollama=''
    trap 'kill -TERM "$ollama" 2>/dev/null; wait "$ollama" 2>/dev/null; exit 0' TERM
    while true; do
        HOME="$data" ollama serve &
        ollama=$!
        wait "$ollama" || true
        say "start.sh: Ollama ended and is started again"
        sleep 2 &
        wait $! || true
    done
}

main "$@"
