#!/usr/bin/env bash
# Puts the models that an image brings along into a folder: the built-in chat model, and a sentence-embedding model.
#
#     deploy/models.sh FOLDER [EMBEDDING]        EMBEDDING: such as sentence-transformers/all-MiniLM-L6-v2
#
# Any other embedding model is fetched from Hugging Face (or its mirror, HF_ENDPOINT). It must be of the BERT family and
# come with model.safetensors, tokenizer.json and config.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder="${1:?usage: deploy/models.sh FOLDER [EMBEDDING]}"
embedding="${2:-}"

case "$embedding" in
    '') exec scripts/fetch-models.sh "$folder" ;;
    sentence-transformers/all-MiniLM-L6-v2 | all-MiniLM-L6-v2) exec scripts/fetch-models.sh --embedding "$folder" ;;
esac

scripts/fetch-models.sh "$folder"
python3 - "${HF_ENDPOINT:-https://huggingface.co}" "$embedding" "$folder/$(basename "$embedding")" <<'PY'
import json, os, shutil, sys, urllib.request

site, model, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
for name in ("config.json", "tokenizer.json", "model.safetensors"):
    address = f"{site.rstrip('/')}/{model}/resolve/main/{name}"
    try:
        with urllib.request.urlopen(address, timeout=60) as source, open(os.path.join(folder, name), "wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
    except OSError as error:
        sys.exit(f"USE_EMBEDDING_MODEL: {address}: {error}")
with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
    kind = json.load(file).get("model_type")
if kind != "bert":
    sys.exit(f"USE_EMBEDDING_MODEL: {model} is of the kind {kind!r}; airis runs those of the kind 'bert'")
PY
