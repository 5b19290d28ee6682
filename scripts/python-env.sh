#!/usr/bin/env bash
# Makes an environment of Python packages, unless it is there, holds these packages and still runs: a folder that is kept may
# outlive the Python that made it, or come to a machine with another one.
#
#     scripts/python-env.sh FOLDER REQUIREMENTS
set -euo pipefail
folder="${1:?usage: python-env.sh FOLDER REQUIREMENTS}" requirements="${2:?usage: python-env.sh FOLDER REQUIREMENTS}"
seen="$folder/.requirements-seen"
# Packages lie in a folder with the version in its name: that one is found says that the version is theirs.
if cmp -s "$requirements" "$seen" && "$folder/bin/python" -c 'import pip' 2>/dev/null; then exit; fi
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
cp "$requirements" "$seen"
