#!/usr/bin/env bash
# Builds the image of airis and runs it in one container, with Docker alone.
#
#     deploy/run.sh                       http://localhost:3000, data in the volume "airis"
#     deploy/run.sh --port=80 --data=/srv/airis
#     deploy/run.sh --ollama --gpu        with Ollama inside, on the graphics card
#
# --port=PORT      where people reach it (default 3000)
# --data=PLACE     a volume, or a folder if it begins with / or . (default: the volume "airis")
# --name=NAME      of the container (default airis)
# --image=IMAGE    the image to build and run (default airis)
# --ollama         Ollama inside the same container
# --gpu            built for NVIDIA graphics cards, and run on all of them
# --slim           without the built-in models
# --no-build       run the image that is there
# --drop           stop and remove the container; data stay
# --dry-run        print what would be done
# --help           this
#
# Settings of the server are taken from deploy/.env, if it is there (docs/environment.md lists them all).
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"

port=3000 data=airis name=airis image=airis build=yes drop=no gpu=no
make=(docker build --file "$deploy/Dockerfile")
for option in "$@"; do
    case "$option" in
        --port=*) port="${option#*=}" ;;
        --data=?*) data="${option#*=}" ;;
        --name=?*) name="${option#*=}" ;;
        --image=?*) image="${option#*=}" ;;
        --ollama) make+=(--build-arg USE_OLLAMA=true) ;;
        --gpu) gpu=yes make+=(--build-arg USE_CUDA=true) ;;
        --slim) make+=(--build-arg USE_SLIM=true) ;;
        --no-build) build=no ;;
        --drop) drop=yes ;;
        --dry-run) dry_run=yes ;;
        -h | --help) usage; exit ;;
        *) fail "unknown option $option; --help lists them" ;;
    esac
done
check_port --port "$port"
need_docker

# Replies may finish: airis takes up to SHUTDOWN_GRACE seconds (30), and a few to close.
remove() { try docker stop -t 45 "$name"; try docker rm "$name"; }
if [ "$drop" = yes ]; then remove; exit; fi

if [ "$build" = yes ]; then
    act "${make[@]}" --build-arg "BUILD_HASH=$(build_hash)" --tag "$image" "$(dirname "$deploy")"
fi
run=(docker run --detach --name "$name" --init --restart unless-stopped --stop-timeout 45
    --publish "$port:8080" --add-host host.docker.internal:host-gateway)
case "$data" in
    [/.]*)
        data="$(absolute "$data")"
        own_folder "$data"
        run+=(--user "$owner")
        ;;
esac
run+=(--volume "$data:/app/backend/data")
if [ "$gpu" = yes ]; then run+=(--gpus all); fi
if [ -f "$deploy/.env" ]; then run+=(--env-file "$deploy/.env"); fi
# The port and the folder inside are those of the image, whatever the file says.
run+=(--env PORT=8080 --env DATA_DIR=/app/backend/data)
remove
act "${run[@]}" "$image"
tell "airis starts at http://localhost:$port; \`docker logs -f $name\` shows what it says"
