#!/usr/bin/env bash
# Runs a command with stores of objects beside it, gone when the command is: rclone, which speaks S3, and servers that emulate
# Google Cloud Storage and Azure Blob Storage.
#
#     scripts/object-stores.sh COMMAND…     the command finds them in AIRIS_TEST_S3, AIRIS_TEST_GCS and AIRIS_TEST_AZURE (addresses);
#                                           buckets and container are called `files`, the key is in AIRIS_TEST_OBJECT_KEY
source "$(dirname "$0")/steps.sh"
source scripts/tools.sh

# Kept with what else is made once: a fresh checkout need not install them again.
here="$cache/objects"
scripts/python-env.sh "$here/.venv" e2e/objects/requirements.txt
cp e2e/objects/*.json "$here/"
npm_ci "$here"
place="$(mktemp -d)"
folders+=("$place")
mkdir -p "$place/s3/files"
# Of the machine that runs the tests alone; nothing is kept under it.
key="$(printf 'a key of the tests, for the tests' | base64)"

s3="$(free_port)"
"$here/.venv/bin/rclone" serve s3 --addr "127.0.0.1:$s3" --auth-key "airis,$key" "$place/s3" >"$place/s3.log" 2>&1 &
pids+=($!)
google="$(free_port)"
"$here/.venv/bin/gcp-storage-emulator" start --host=127.0.0.1 --port="$google" --in-memory --default-bucket=files >"$place/google.log" 2>&1 &
pids+=($!)
azure="$(free_port)" queues="$(free_port)" tables="$(free_port)"
AZURITE_ACCOUNTS="airis:$key" node "$here/node_modules/azurite/dist/src/azurite.js" --silent --skipApiVersionCheck \
    --inMemoryPersistence --disableTelemetry --blobHost 127.0.0.1 --blobPort "$azure" --queueHost 127.0.0.1 --queuePort "$queues" \
    --tableHost 127.0.0.1 --tablePort "$tables" >"$place/azure.log" 2>&1 &
pids+=($!)
# Two of them refuse whom they do not know as soon as they are up.
up() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$1")" = "$2" ]; }
for _ in $(seq 600); do up "http://127.0.0.1:$s3/" 400 && up "http://127.0.0.1:$azure/airis?comp=list" 403 && up "http://127.0.0.1:$google/storage/v1/b/files" 200 && break; sleep 0.1; done
up "http://127.0.0.1:$s3/" 400 || { cat "$place/s3.log"; fail "rclone did not start"; }
up "http://127.0.0.1:$google/storage/v1/b/files" 200 || { cat "$place/google.log"; fail "the emulator of Google Cloud Storage did not start"; }
node e2e/objects/container.mjs "http://127.0.0.1:$azure/airis" airis "$key" files || { cat "$place/azure.log"; fail "Azurite did not start"; }

export AIRIS_TEST_S3_FOLDER="$place/s3/files"
export AIRIS_TEST_S3="http://127.0.0.1:$s3" AIRIS_TEST_GCS="http://127.0.0.1:$google" AIRIS_TEST_AZURE="http://127.0.0.1:$azure/airis" AIRIS_TEST_OBJECT_KEY="$key"
"$@"
