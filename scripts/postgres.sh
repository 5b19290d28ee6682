#!/usr/bin/env bash
# Runs a command with a private PostgreSQL beside it, gone when the command is.
#
#     scripts/postgres.sh COMMAND…        the command finds it in AIRIS_TEST_POSTGRES (a URL), psql in AIRIS_TEST_PSQL, and the
#                                         folder of its data in AIRIS_TEST_PGDATA
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

bin="$(postgres_bin)"
[ -n "$bin" ] || fail "PostgreSQL is not installed (Debian: apt-get install postgresql)"
place="$(mktemp -d)"
folders+=("$place")
# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$place"
    as=(runuser -u postgres --)
fi
port="$(free_port)"
# Nothing needs to survive a power cut here: the disk is never waited for.
(cd / && "${as[@]}" "$bin/initdb" -D "$place/data" -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8 >"$place/initdb.log" 2>&1) ||
    { cat "$place/initdb.log"; fail "initdb failed"; }
cd / && "${as[@]}" "$bin/postgres" -D "$place/data" -p "$port" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$place" \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 >"$place/server.log" 2>&1 &
server=$!
cd "$root"
# The server is a child of runuser where that is used; asked to stop fast, it ends its own children.
stop() { "${as[@]}" "$bin/pg_ctl" -D "$place/data" -m fast -w stop >/dev/null 2>&1 || kill "$server" 2>/dev/null || true; }
trap 'stop; finish' EXIT
for _ in $(seq 600); do "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && break; sleep 0.1; done
"$bin/pg_isready" -q -h 127.0.0.1 -p "$port" || { cat "$place/server.log"; fail "PostgreSQL did not start"; }

export AIRIS_TEST_POSTGRES="postgresql://postgres@127.0.0.1:$port/postgres"
export AIRIS_TEST_PSQL="$bin/psql" AIRIS_TEST_PGDATA="$place/data"
"$@"
