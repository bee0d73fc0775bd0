#!/usr/bin/env bash
# Brings the texts and the reference, builds the bench of retrieval and runs it; the table
# goes to standard output. The reference's vectors are made once, in five minutes or more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. scripts/setup.sh
. scripts/bench/bring.sh

REFERENCE=$PEERS/retrieval
if [ ! -e "$REFERENCE/summaries.f32" ]; then
	bring_model
	bring_descriptions
	of_model scripts/bench/retrieval/reference.py "$MODEL" "$DESCRIPTIONS" "$REFERENCE"
fi

go run ./scripts/bench/retrieval --reference "$REFERENCE"
