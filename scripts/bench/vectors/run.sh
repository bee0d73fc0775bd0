#!/usr/bin/env bash
# Brings the peers, builds the bench of vectors and runs it; the table goes to standard
# output. Arguments are passed on: --quick, --n 20000 --dim 384, --growth. Three of them
# bring something first:
#   --real   real vectors, which are made once, in ten minutes or more; see real.sh
#   --coder  github.com/coder/hnsw as one more peer
#   --http   the daemons, and Weaviate, which is built once, in some minutes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. scripts/setup.sh
. scripts/bench/bring.sh

bring_numpy
bring packaging==26.4 81383611a09c1bc0b08b76e0fd5829d7c6824c65b27a6aee339da133f4233ea2
bring tqdm==4.70.1 c293e525e6fef9c20e8728fd4612df02a0aa31bb5fe91ecd93e123b1b7bffa73
bring faiss-cpu==1.15.1
bring numkong==7.8.6
bring usearch==2.26.6
# hnswlib comes as source. Its own default compiles for this very processor
# (-march=native), which this variable would turn off; it needs Python's headers.
unset HNSWLIB_NO_NATIVE
bring hnswlib==0.8.0 cb6d037eedebb34a7134e7dc78966441dfd04c9cf5ee93911be911ced951c44c --no-binary=hnswlib

WORK=$(mktemp -d "${TMPDIR:-/tmp}/lakehouse-bench-bin.XXXXXX")
trap 'rm -rf "$WORK"' EXIT

ARGS=()
ALONE=()
for arg in "$@"; do
	ARGS+=("$arg")
	case $arg in
	--real)
		. scripts/bench/vectors/real.sh
		ARGS+=("$PEERS/real")
		;;
	--coder)
		go build -C scripts/bench/vectors/coder -o "$WORK/coder" .
		ARGS+=("$WORK/coder")
		;;
	--http)
		. scripts/build.sh
		build_all
		bash scripts/tools.sh weaviate >&2
		ARGS+=(--bin bin --weaviate "$TOOLS/bin/weaviate-server")
		# Weaviate listens for its cluster on every address: where that can be had, the
		# run has a network to itself.
		if unshare -n ip link set lo up 2>/dev/null; then
			ALONE=(unshare -n sh -c 'ip link set lo up && exec "$@"' sh)
		fi
		;;
	esac
done

go build -o "$WORK/vectors" ./scripts/bench/vectors
"${ALONE[@]}" "$WORK/vectors" --peers "$PEERS" "${ARGS[@]}"
