#!/usr/bin/env bash
# Builds once, into .tools/venv, a Python with PyIceberg: a foreign engine, so
# that the tests read our tables with eyes that are not ours. A second run finds
# it and ends in a moment. What cannot be had is said on standard error, and the
# exit code is 1.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

PYICEBERG=0.12.0
VENV=$TOOLS/venv

works() {
	"$VENV/bin/python" -c "
import pyarrow, pyiceberg, sys
sys.exit(pyiceberg.__version__ != '$PYICEBERG')" 2>/dev/null
}

works && exit 0
have python3 || setup_fail "there is no python3"
mkdir -p "$TOOLS"
rm -rf "$VENV"
python3 -m venv "$VENV" || setup_fail "python3 -m venv failed; on Debian: apt-get install python3-venv"
"$VENV/bin/python" -m pip install -q --disable-pip-version-check "pyiceberg==$PYICEBERG" "pyarrow>=21" ||
	setup_fail "pip install pyiceberg==$PYICEBERG failed"
works || setup_fail "PyIceberg $PYICEBERG was installed but cannot be imported"
