#!/usr/bin/env bash
# Runs a command with servers of vectors beside it, gone when the command is: Chroma, and the small edition of Milvus.
#
#     scripts/vector-servers.sh COMMAND…    the command finds them in AIRIS_TEST_CHROMA and AIRIS_TEST_MILVUS (addresses)
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

# Kept with what else is made once: a fresh checkout need not install it again.
here="$cache/vectors"
mkdir -p "$here"
cp e2e/vectors/requirements.txt "$here/"
if ! cmp -s "$here/requirements.txt" "$here/.venv/.requirements-seen"; then
    python3 -m venv "$here/.venv"
    "$here/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$here/.venv/.requirements-seen"
fi
place="$(mktemp -d)"
folders+=("$place")

chroma="$(free_port)"
ANONYMIZED_TELEMETRY=False "$here/.venv/bin/chroma" run --host 127.0.0.1 --port "$chroma" --path "$place/chroma" >"$place/chroma.log" 2>&1 &
pids+=($!)
milvus="$(free_port)"
"$here/.venv/bin/milvus-lite" server --data-dir "$place/milvus" --host 127.0.0.1 --port "$milvus" >"$place/milvus.log" 2>&1 &
pids+=($!)
wait_for "http://127.0.0.1:$chroma/api/v2/heartbeat" 60 || { cat "$place/chroma.log"; fail "Chroma did not start"; }

# It speaks gRPC alone: that its port is open says that it is up.
for _ in $(seq 600); do (: <"/dev/tcp/127.0.0.1/$milvus") 2>/dev/null && break; sleep 0.1; done
(: <"/dev/tcp/127.0.0.1/$milvus") 2>/dev/null || { cat "$place/milvus.log"; fail "Milvus did not start"; }

export AIRIS_TEST_CHROMA="http://127.0.0.1:$chroma" AIRIS_TEST_MILVUS="http://127.0.0.1:$milvus"
"$@"
