#!/usr/bin/env bash
# Builds once, into .tools/venv, a Python with PyIceberg: a foreign engine, so
# that the tests read our tables with eyes that are not ours; and with OpenAI's own
# client, for the routes that speak OpenAI's API. A second run finds
# it and ends in a moment. What cannot be had is said on standard error, and the
# exit code is 1, but for the client: the smoke that takes it says so.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

PYICEBERG=0.12.0
OPENAI=3.57.0
VENV=$TOOLS/venv

works() {
	"$VENV/bin/python" -c "
import pyarrow, pyiceberg, sys
sys.exit(pyiceberg.__version__ != '$PYICEBERG')" 2>/dev/null
}

get_openai() {
	"$VENV/bin/python" -c "import openai, sys; sys.exit(openai.__version__ != '$OPENAI')" 2>/dev/null ||
		"$VENV/bin/python" -m pip install -q --disable-pip-version-check "openai==$OPENAI" || true
}

if works; then
	get_openai
	exit 0
fi
have python3 || setup_fail "there is no python3"
mkdir -p "$TOOLS"
rm -rf "$VENV"
python3 -m venv "$VENV" || setup_fail "python3 -m venv failed; on Debian: apt-get install python3-venv"
"$VENV/bin/python" -m pip install -q --disable-pip-version-check "pyiceberg==$PYICEBERG" "pyarrow>=21" ||
	setup_fail "pip install pyiceberg==$PYICEBERG failed"
get_openai
works || setup_fail "PyIceberg $PYICEBERG was installed but cannot be imported"
