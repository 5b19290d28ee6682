#!/usr/bin/env bash
# Runs Ollama alone in a container, for an airis that runs elsewhere on this machine.
#
#     deploy/run-ollama-docker.sh                 on http://localhost:11434
#     deploy/run-ollama-docker.sh --gpu           on NVIDIA graphics cards
#
# --port=PORT      where it is reached (default 11434)
# --host=ADDRESS   from where: 127.0.0.1 for this machine only (default), 0.0.0.0 for everybody; Ollama asks nobody who
#                  they are
# --data=PLACE     a volume, or a folder if it begins with / or . (default: the volume "ollama")
# --name=NAME      of the container (default ollama)
# --gpu            on all NVIDIA graphics cards
# --amd            on AMD graphics cards
# --drop           stop and remove the container; models stay
# --dry-run        print what would be done
# --help           this
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"

port=11434 host=127.0.0.1 data=ollama name=ollama drop=no cards=''
tag="${OLLAMA_TAG:-0.33.3}"
for option in "$@"; do
    case "$option" in
        --port=*) port="${option#*=}" ;;
        --host=?*) host="${option#*=}" ;;
        --data=?*) data="${option#*=}" ;;
        --name=?*) name="${option#*=}" ;;
        --gpu | --amd) cards="$cards$option" ;;
        --drop) drop=yes ;;
        --dry-run) dry_run=yes ;;
        -h | --help) usage; exit ;;
        *) fail "unknown option $option; --help lists them" ;;
    esac
done
check_port --port "$port"
run=(docker run --detach --name "$name" --restart unless-stopped --publish "$host:$port:11434")
case "$cards" in
    '') ;;
    --gpu) run+=(--gpus all) ;;
    --amd) run+=(--device /dev/kfd --device /dev/dri) tag="$tag-rocm" ;;
    *) fail "--gpu and --amd: choose one" ;;
esac
need_docker

try docker stop "$name"
try docker rm "$name"
if [ "$drop" = yes ]; then exit; fi
case "$data" in [/.]*) data="$(absolute "$data")" ;; esac
act "${run[@]}" --volume "$data:/root/.ollama" "ollama/ollama:$tag"
tell "Ollama starts at http://localhost:$port; \`docker exec -it $name ollama pull MODEL\` brings a model in"
