#!/usr/bin/env bash
# Kills the processes of a fleet at any moment and looks whether anything is lost:
# crash.sh [local|minio] [KILLS] [SEED]. On minio, MinIO is killed too. It prints the
# kills survived, the operations, the acknowledgements and the seed; a failure also
# prints what happened before it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/setup.sh
export CRASH_BACKEND=${1:-local} CRASH_KILLS=${2:-200} CRASH_SEED=${3:-}
[ "$CRASH_BACKEND" = local ] || bash scripts/tools.sh
exec go test -count=1 -timeout 4h -v -run '^TestKilledFleetLosesNothing$' ./internal/fleet
