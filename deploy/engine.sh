# Shared by the scripts beside it: words for people, and commands that are run or, for a dry run, printed.
# shellcheck shell=bash

set -euo pipefail
deploy="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
dry_run=no
# As whom the server runs in its image, and so whose its data are.
image_user=10001:10001

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$0"): $*"; exit 1; }

# usage: prints the comment at the head of the script, which is its help.
usage() { sed -n '2,/^[^#]/ { /^#/ s/^# \{0,1\}//p; }' "$0"; }

# act COMMAND…: runs it; in a dry run, prints it so that it can be pasted into a shell.
act() { if [ "$dry_run" = yes ]; then quoted "$@"; else "$@"; fi; }

# try COMMAND…: the same for what may fail because there is nothing to do.
try() { if [ "$dry_run" = yes ]; then quoted "$@"; else "$@" >/dev/null 2>&1 || true; fi; }

# tell WORDS…: said when it was done.
tell() { if [ "$dry_run" = no ]; then say "$@"; fi; }

quoted() {
    local word line=''
    for word in "$@"; do
        [[ "$word" =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
        line="$line${line:+ }$word"
    done
    printf '%s\n' "$line"
}

# check_port NAME VALUE: a port, or the end.
check_port() {
    if ! [[ "$2" =~ ^[0-9]{1,5}$ ]] || [ "$2" -lt 1 ] || [ "$2" -gt 65535 ]; then fail "$1: \"$2\" is no port"; fi
}

need_docker() {
    if [ "$dry_run" = yes ]; then return; fi
    command -v docker >/dev/null 2>&1 || fail "docker is missing; see https://docs.docker.com/engine/install"
}

# absolute FOLDER: the same wherever it is read.
absolute() { case "$1" in /*) printf %s "$1" ;; *) printf %s "$PWD/${1#./}" ;; esac; }

# own_folder FOLDER: makes it and sets `owner` to whoever is to write there: the caller, or the image's user where the
# caller is root.
own_folder() {
    owner="$(id -u):$(id -g)"
    act mkdir -p "$1"
    if [ "$owner" = 0:0 ]; then
        owner="$image_user"
        act chown "$owner" "$1"
    fi
}

# The commit that is built, where it is known.
build_hash() { git -C "$deploy" rev-parse --short=12 HEAD 2>/dev/null || printf unknown; }
