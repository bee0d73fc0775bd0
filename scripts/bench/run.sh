#!/usr/bin/env bash
# Builds what is measured and runs the bench; the table goes to standard output.
# Arguments are passed on: --only sql, --mb 40, --runs 5.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/build.sh

build_all
bash scripts/tools.sh >&2
WORK=$(mktemp -d "${TMPDIR:-/tmp}/lakehouse-bench-bin.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
go build -o "$WORK/bench" ./scripts/bench
"$WORK/bench" --bin bin --minio "$TOOLS/bin/minio" "$@"
