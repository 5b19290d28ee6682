# Tools that a build or the tests need: looked for, installed where this machine allows it, else named with the way to
# get them. Sourced behind steps.sh.
# shellcheck shell=bash

has() { command -v "$1" >/dev/null 2>&1; }

# apt PACKAGE…: installs system packages; false where there is no apt or no right to use it.
apt() {
    has apt-get || return 1
    local become=()
    [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null && become=(sudo); } || return 1
    say "installing: $*"
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null 2>&1 || true
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

# need COMMAND PACKAGE WORDS: a command that must be there.
need() { has "$1" || { apt $2 && has "$1"; } || fail "$1 is missing; $3"; }

node_version() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

build_tools() {
    [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
    need cc build-essential "install a C compiler (Debian: build-essential, macOS: xcode-select --install)"
    need curl "curl ca-certificates" "install curl"
    need python3 "python3 python3-pip python3-venv" "install Python 3.9 or newer"
    has cargo || fail "cargo is missing; install Rust from https://rustup.rs, then try again"
    if [ "$(node_version)" -lt 20 ]; then apt nodejs npm || true; fi
    [ "$(node_version)" -ge 20 ] || fail "Node.js 20 or newer is needed to build the client (found: $(node -v 2>/dev/null || echo none)); install it from https://nodejs.org"
    need npm npm "install npm, it comes with Node.js"
}

# Only for tests: a real PostgreSQL, a real Redis, a real browser, Python environments.
test_tools() {
    build_tools
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt python3-venv || fail "Python's venv module is missing (Debian: python3-venv)"
    if [ -z "$(postgres_bin)" ]; then apt postgresql || true; fi
    [ -n "$(postgres_bin)" ] || fail "PostgreSQL is missing; install it (Debian: postgresql), it is started privately for the tests"
    # A real directory server for sign-in by LDAP. Debian starts it by itself; the tests have their own.
    [ -x /usr/sbin/slapd ] || apt slapd || true
    [ -x /usr/sbin/slapd ] || fail "slapd is missing; install it (Debian: slapd), it is started privately for the tests"
    # A real Redis, for instances that talk over one.
    need redis-server "redis-server redis-tools" "install Redis (Debian: redis-server), it is started privately for the tests"
    need openssl openssl "install openssl, the tests make certificates with it"
    if [ -z "$(browser)" ]; then apt chromium || true; fi
    [ -n "$(browser)" ] || fail "Chromium is missing; install it (Debian: chromium), or set CHROMIUM to a Chrome"
    CHROMIUM="$(browser)"
    export CHROMIUM
}

# Only for fleets: what stands in front of servers and behind them.
fleet_tools() {
    has node || build_tools
    if [ -z "$(postgres_bin)" ]; then apt postgresql || true; fi
    [ -n "$(postgres_bin)" ] || fail "PostgreSQL is missing; install it (Debian: postgresql), it is started privately"
    need redis-server "redis-server redis-tools" "install Redis (Debian: redis-server), it is started privately"
    need openssl openssl "install openssl, certificates are made with it"
    need nginx nginx-light "install nginx (Debian: nginx-light), it is started privately"
    need haproxy haproxy "install haproxy (Debian: haproxy), it is started privately"
}

# Folder of initdb and pg_ctl; empty where there is none.
postgres_bin() {
    local found
    for found in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        [ -x "$found/initdb" ] && echo "$found" && return
    done
    has initdb && dirname "$(command -v initdb)" || true
}

browser() {
    local name
    [ -n "${CHROMIUM:-}" ] && echo "$CHROMIUM" && return
    for name in chromium chromium-browser google-chrome; do has "$name" && command -v "$name" && return; done
    true
}

# npm_ci FOLDER: its packages, unless they are there and as the lock file says.
npm_ci() {
    local stamp="$1/node_modules/.lock-seen"
    if ! cmp -s "$1/package-lock.json" "$stamp"; then
        npm ci --prefix "$1" --no-audit --no-fund --loglevel=error
        cp "$1/package-lock.json" "$stamp"
    fi
}

# The client, built into web/dist, from where the binary embeds it.
build_client() {
    npm_ci web
    npm run --prefix web --silent build
}
