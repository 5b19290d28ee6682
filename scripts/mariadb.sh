#!/usr/bin/env bash
# Runs a MariaDB that knows vectors (11.7 or later), with its data in an empty folder: that of this machine, or, where it has
# none, the one of Debian 13 with the libraries that it was built for, unpacked into the cache.
#
#     scripts/mariadb.sh --install       only fetches it where that is needed
#     scripts/mariadb.sh PORT FOLDER     may do everything: the user `tests` with the password `hunter2`
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

PATH="$PATH:/usr/sbin"
here="$cache/vectors/mariadb"
packages=(mariadb-server-core libaio1t64 libc6 libcrypt1 libgcc-s1 libnuma1 libpcre2-8-0 libssl3t64 libstdc++6 libsystemd0 liburing2
    libcap2 libzstd1 zlib1g)

is_new_enough() { [[ "$("$@" --version 2>/dev/null)" =~ Ver\ ([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] * 100 + BASH_REMATCH[2] >= 1107)); }

# Each package is checked against the sum that the list gives, which comes over TLS.
fetch() {
    local mirror=https://deb.debian.org/debian architecture name path sum
    has dpkg-deb || fail "MariaDB is missing; install version 11.7 or newer"
    architecture="$(dpkg --print-architecture)"
    say "fetching MariaDB (once)"
    rm -rf "$here"
    mkdir -p "$here/packages"
    curl -sSf --retry 3 "$mirror/dists/trixie/main/binary-$architecture/Packages.gz" | gzip -d |
        awk '/^Package: /{name=$2} /^Filename: /{path=$2} /^SHA256: /{print name, path, $2}' >"$here/list"
    for name in "${packages[@]}"; do
        read -r _ path sum < <(grep "^$name " "$here/list") || fail "Debian 13 has no package $name for $architecture"
        curl -sSf --retry 3 -o "$here/packages/$name.deb" "$mirror/$path"
        echo "$sum  $here/packages/$name.deb" | sha256sum --check --quiet
        dpkg-deb -x "$here/packages/$name.deb" "$here"
    done
    rm -r "$here/packages" "$here/list"
}

server=(mariadbd --no-defaults)
tables=/usr/share/mysql
[ -e "$tables/mariadb_system_tables.sql" ] || tables=/usr/share/mariadb
if ! is_new_enough "${server[@]}"; then
    tables="$here/usr/share/mariadb"
    fetched() { server=("$(echo "$here"/usr/lib*/ld-linux-*)" --library-path "$(echo "$here"/usr/lib/*-linux-gnu)" "$here/usr/sbin/mariadbd" --no-defaults "--lc-messages-dir=$tables" "--character-sets-dir=$tables/charsets"); }
    fetched
    is_new_enough "${server[@]}" || { fetch; fetched; }
    is_new_enough "${server[@]}" || fail "the MariaDB that was fetched does not start; install version 11.7 or newer"
fi
[ "${1:?usage: mariadb.sh PORT FOLDER}" != --install ] || exit 0

port="$1" folder="${2:?usage: mariadb.sh PORT FOLDER}"
mkdir -p "$folder/data"
server+=("--datadir=$folder/data" "--socket=$folder/socket" "--pid-file=$folder/pid")
[ "$(id -u)" != 0 ] || server+=(--user=root)
{
    printf '%s\n' 'CREATE DATABASE mysql;' 'USE mysql;'
    cat "$tables/mariadb_system_tables.sql"
    printf '%s\n' 'FLUSH PRIVILEGES;' "CREATE USER tests@'127.0.0.1' IDENTIFIED BY 'hunter2';" "GRANT ALL ON *.* TO tests@'127.0.0.1';"
} | "${server[@]}" --bootstrap --skip-networking
exec "${server[@]}" --bind-address=127.0.0.1 --port="$port" --skip-name-resolve --max-connections=500 \
    --innodb-flush-log-at-trx-commit=0 --sync-binlog=0
