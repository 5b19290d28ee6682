#!/usr/bin/env bash
# Runs airis with what belongs to it by Docker Compose: chooses the files beside this script and starts them.
#
#     deploy/run-compose.sh                          airis on http://localhost:3000, Ollama beside it
#     deploy/run-compose.sh --gpu=all --api=11434    Ollama on every NVIDIA graphics card, reached from this machine, too
#     deploy/run-compose.sh --data=./data --build    data in a folder, the image built anew
#     deploy/run-compose.sh --ha                     three instances, nginx, PostgreSQL, Redis
#     deploy/run-compose.sh --drop                   stop all of it; data stay
#
# --port=PORT      where people reach it (default 3000)
# --gpu[=COUNT]    Ollama on NVIDIA graphics cards: how many, or all (default 1)
# --amd            Ollama on AMD graphics cards
# --api[=PORT]     Ollama's own API at a port of this machine (default 11434)
# --data[=FOLDER]  data in a folder instead of volumes (default deploy/data)
# --otel[=PORT]    traces, metrics and logs in Grafana at a port of this machine (default 3001)
# --postgres       PostgreSQL beside it, as deploy/.env says
# --ha             several instances; only --port, --build and --drop go with it
# --build          build the image before, also if there is one
# --drop           stop and remove containers; data stay
# --dry-run        print what would be done
# --help           this
#
# Settings of the server and of the files are taken from deploy/.env, if it is there; deploy/env.example says which.
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"

port='' gpu='' amd='' api='' data='' otel='' postgres='' ha='' drop=no
up=(up --detach)
for option in "$@"; do
    case "$option" in
        --port=*) port="${option#*=}" && check_port --port "$port" ;;
        --gpu) gpu=1 ;;
        --gpu=?*) gpu="${option#*=}" ;;
        --amd) amd=yes ;;
        --api) api=11434 ;;
        --api=*) api="${option#*=}" && check_port --api "$api" ;;
        --data) data="$deploy/data" ;;
        --data=?*) data="$(absolute "${option#*=}")" ;;
        --otel) otel=3001 ;;
        --otel=*) otel="${option#*=}" && check_port --otel "$otel" ;;
        --postgres) postgres=yes ;;
        --ha) ha=yes ;;
        --build) up+=(--build) ;;
        --drop) drop=yes ;;
        --dry-run) dry_run=yes ;;
        -h | --help) usage; exit ;;
        *) fail "unknown option $option; --help lists them" ;;
    esac
done
[[ "$gpu" =~ ^([1-9][0-9]*|all)?$ ]] || fail "--gpu: \"$gpu\" is neither a number nor all"
if [ -n "$gpu" ] && [ -n "$amd" ]; then fail "--gpu and --amd: choose one"; fi
if [ -n "$ha" ] && [ -n "$gpu$amd$api$data$otel$postgres" ]; then fail "--ha: only --port, --build and --drop go with it"; fi
need_docker

# for_files NAME VALUE: a variable that the files read; it wins over deploy/.env.
for_files() {
    if [ "$dry_run" = yes ]; then quoted export "$1=$2"; fi
    export "$1=$2"
}

compose=(docker compose)
add() { compose+=(--file "$deploy/docker-compose$1.yaml"); }
if [ -n "$ha" ]; then add .ha; else add ''; fi
if [ -n "$gpu" ]; then add .gpu && for_files OLLAMA_GPU_COUNT "$gpu"; fi
if [ -n "$amd" ]; then add .amdgpu; fi
if [ -n "$api" ]; then add .api && for_files OLLAMA_API_PORT "$api"; fi
if [ -n "$otel" ]; then add .otel && for_files GRAFANA_PORT "$otel"; fi
if [ -n "$postgres" ]; then compose+=(--profile postgres); fi
if [ -n "$port" ]; then for_files AIRIS_PORT "$port"; fi
if [ "$drop" = yes ]; then
    act "${compose[@]}" down --remove-orphans
    exit
fi
if [ -n "$data" ]; then
    add .data
    own_folder "$data/airis"
    for_files AIRIS_DATA_FOLDER "$data"
    for_files AIRIS_USER "$owner"
fi
for_files BUILD_HASH "$(build_hash)"
act "${compose[@]}" "${up[@]}"
tell "airis starts; \`docker ps\` shows at which port"
