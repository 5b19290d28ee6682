#!/usr/bin/env bash
# What the container runs, without a container: deploy/start.sh with the real server, and with a stand-in for Ollama.
#
#     run.sh BINARY
source "$(dirname "$0")/../../scripts/steps.sh"
binary="$(realpath "${1:?usage: run.sh BINARY}")"

place="$(mktemp -d)"
folders+=("$place")
app="$place/app"
mkdir -p "$app/bin" "$app/seen" "$app/models" "$place/data/models"
cp deploy/start.sh "$app/start.sh"
ln -s "$binary" "$app/bin/airis"
# Looks like Ollama to whoever starts it: says so, fails if it is told to, and stays until it is asked to end.
cat >"$app/bin/ollama" <<'OLLAMA'
#!/usr/bin/env bash
trap 'echo "ended" >>"$HOME/ollama.log"; exit 0' TERM
echo "$1 in $HOME" >>"$HOME/ollama.log"
if [ -e "$HOME/fail-once" ]; then rm "$HOME/fail-once"; exit 1; fi
while true; do sleep 0.1; done
OLLAMA
# Where only what the server would be started with has to be seen.
printf '#!/usr/bin/env bash\necho "$*"\nenv\n' >"$app/seen/airis"
chmod +x "$app/bin/ollama" "$app/seen/airis"

port="$(free_port)"
truly=(env -u SPACE_ID "PATH=$app/bin:$PATH" "DATA_DIR=$place/data" "PORT=$port" HOST=127.0.0.1
    GLOBAL_LOG_LEVEL=error ENABLE_OPENAI_API=false ENABLE_OLLAMA_API=false)
seen=(env -u SPACE_ID "PATH=$app/seen:$PATH" "DATA_DIR=$place/data")

# serve VARIABLES…: starts the container's program and waits until it is well; it is `server` then.
serve() {
    local end=$((SECONDS + 60))
    "${truly[@]}" "$@" "$app/start.sh" &
    server=$!
    pids+=("$server")
    until "${truly[@]}" airis healthcheck 2>/dev/null; do
        if ! kill -0 "$server" 2>/dev/null || [ $SECONDS -ge $end ]; then say "the server did not start"; return 1; fi
        sleep 0.1
    done
}
# Asks it to end, as whoever stops a container does; it must end well.
end() {
    local status=0
    kill -TERM "$server"
    wait "$server" || status=$?
    equal "$status" 0
}
equal() { if [ "$1" != "$2" ]; then say "expected: $2"; say "found:    $1"; return 1; fi; }
# until_said FILE LINE COUNT: until another process has written the line so many times.
until_said() {
    local end=$((SECONDS + 20))
    until [ "$(grep -cx "$2" "$1" 2>/dev/null)" = "$3" ]; do
        if [ $SECONDS -ge $end ]; then say "$1 says:"; cat "$1" >&2; return 1; fi
        sleep 0.05
    done
}

# `set -e` does not hold in a step: every line says what follows from its failure.
serves_and_ends_when_told() {
    echo GGUF >"$app/models/tiny.gguf"
    ln -s "$app/models/older.gguf" "$place/data/models/older.gguf"
    serve || return 1
    [ -s "$place/data/.webui_secret_key" ] || { say "no secret key was kept"; return 1; }
    equal "$("${truly[@]}" airis models list --json | grep -o '"id": "[^"]*"')" '"id": "tiny"' || return 1
    [ ! -L "$place/data/models/older.gguf" ] || { say "a link that leads nowhere is still there"; return 1; }
    end
}

keeps_its_secret() {
    local before
    before="$(cat "$place/data/.webui_secret_key")"
    serve && end && equal "$(cat "$place/data/.webui_secret_key")" "$before"
}

ollama_runs_beside_and_ends_with_it() {
    local log="$place/data/ollama.log"
    : >"$place/data/fail-once"
    serve USE_OLLAMA_DOCKER=true || return 1
    until_said "$log" "serve in $place/data" 2 && end && until_said "$log" ended 1
}

a_server_that_fails_is_told_by_its_status() {
    local status=0
    "${truly[@]}" USE_OLLAMA_DOCKER=true DATABASE_URL=mysql://nobody timeout 30 "$app/start.sh" 2>"$place/said" || status=$?
    equal "$status" 1 && grep -q 'DATABASE_URL: ' "$place/said"
}

secrets_come_as_files() {
    local out
    printf 'from a file\n' >"$place/secret"
    out="$("${seen[@]}" WEBUI_SECRET_KEY_FILE="$place/secret" DATABASE_URL=given DATABASE_URL_FILE="$place/secret" "$app/start.sh" --port 9)" || return 1
    equal "$(head -1 <<<"$out")" 'serve --port 9' || return 1
    equal "$(grep '^WEBUI_SECRET_KEY=' <<<"$out")" 'WEBUI_SECRET_KEY=from a file' || return 1
    equal "$(grep '^DATABASE_URL=' <<<"$out")" 'DATABASE_URL=given' || return 1
    equal "$("${seen[@]}" REDIS_URL_FILE="$place/missing" "$app/start.sh" 2>&1)" "start.sh: REDIS_URL_FILE: $place/missing cannot be read"
}

other_commands_are_handed_on() {
    equal "$("${seen[@]}" "$app/start.sh" user list --json | head -1)" 'user list --json'
}

a_space_has_an_administrator_before_strangers_come() {
    local space=("${seen[@]}" SPACE_ID=me/space "DATA_DIR=$place/empty") said
    if said="$("${space[@]}" "$app/start.sh" 2>&1)"; then say "it started without an administrator"; return 1; fi
    case "$said" in 'start.sh: SPACE_ID: '*WEBUI_ADMIN_PASSWORD*) ;; *) say "$said"; return 1 ;; esac
    equal "$("${space[@]}" WEBUI_ADMIN_EMAIL=a@b.c WEBUI_ADMIN_PASSWORD=x "$app/start.sh" | head -1)" serve
}

a_card_without_its_driver_is_named() {
    local card=("${seen[@]}" USE_CUDA_DOCKER=true) said
    if [[ "$(ldconfig -p 2>/dev/null)" != *libcuda.so.1* ]]; then
        if said="$("${card[@]}" LD_LIBRARY_PATH= "$app/start.sh" 2>&1)"; then say "it started"; return 1; fi
        case "$said" in 'start.sh: USE_CUDA_DOCKER: '*) ;; *) say "$said"; return 1 ;; esac
    fi
    mkdir -p "$place/driver" && : >"$place/driver/libcuda.so.1"
    equal "$("${card[@]}" LD_LIBRARY_PATH="/nowhere:$place/driver" "$app/start.sh" | head -1)" serve
}

step "the container serves, and ends when told" serves_and_ends_when_told
step "its secret key outlives it" keeps_its_secret
step "Ollama runs beside it, is started again, and ends with it" ollama_runs_beside_and_ends_with_it
step "a server that fails is told by its status" a_server_that_fails_is_told_by_its_status
step "secrets come as files" secrets_come_as_files
step "other commands are handed on" other_commands_are_handed_on
step "a Space has an administrator before strangers come" a_space_has_an_administrator_before_strangers_come
step "a graphics card without its driver is named" a_card_without_its_driver_is_named
summary
