#!/usr/bin/env bash
# Builds what is measured and runs the bench; the table goes to standard output.
# Arguments are passed on: --only sql, --mb 40, --runs 5.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/build.sh

# tpch: the extension that makes TPC-H's data, from the package of DuckDB's makers.
# Nothing but the bench needs it.
TPCH=duckdb-extension-tpch==1.5.5
TPCH_WHEEL=e734f284fd94971f1241718281111add95457b3c35ec3f19ce39770e654a21e7
tpch() {
	local dir=$TOOLS/tpch
	local file=$dir/duckdb_extension_tpch/extensions/v${TPCH#*==}/tpch.duckdb_extension
	if [ ! -e "$file" ]; then
		mkdir -p "$dir"
		echo "$TPCH --hash=sha256:$TPCH_WHEEL" >"$dir/requirements.txt"
		python3 -m pip install -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
			--target "$dir" -r "$dir/requirements.txt" >&2 || return 0
	fi
	echo "$file"
}

# python: the folder of DuckDB's Python package, TPC-H's peer. It has a file for each
# version of Python, so there is no one checksum.
python() {
	local dir=$TOOLS/duckdb
	if [ ! -d "$dir/duckdb" ]; then
		python3 -m pip install -q --disable-pip-version-check --no-deps --only-binary=:all: \
			--target "$dir" "duckdb==${TPCH#*==}" >&2 || return 0
	fi
	echo "$dir"
}

build_all
bash scripts/tools.sh >&2
WORK=$(mktemp -d "${TMPDIR:-/tmp}/lakehouse-bench-bin.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
go build -tags duckdb_arrow -o "$WORK/bench" ./scripts/bench
"$WORK/bench" --bin bin --minio "$TOOLS/bin/minio" --tpch "$(tpch)" --python "$(python)" "$@"
