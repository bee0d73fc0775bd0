#!/usr/bin/env bash
# Builds every command into bin/: the daemons and lakehouse itself. Sourced, it
# gives the function build_all; scripts/setup.sh has been sourced before.
if [ -z "${ROOT:-}" ]; then
	. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
fi

build_all() {
	mkdir -p "$ROOT/bin"
	(cd "$ROOT" && go build -o bin/ ./cmd/...)
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -euo pipefail
	build_all
fi
