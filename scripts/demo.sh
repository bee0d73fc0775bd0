#!/usr/bin/env bash
# From a fresh clone to answers: brings what building needs, builds lakehouse,
# and runs "lakehouse demo" with the arguments given here.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

if [ ! -x "$ROOT/bin/lakehouse" ]; then
	echo "building bin/lakehouse; the first time this takes some minutes" >&2
fi
(cd "$ROOT" && go build -o bin/lakehouse ./cmd/lakehouse)
exec "$ROOT/bin/lakehouse" demo "$@"
