#!/usr/bin/env bash
# Verifies everything: format, vet, staticcheck, the build, the tests with the
# race detector, the smokes. This is what "just verify", the hook before
# a push and CI run.
#
# It brings what it needs (scripts/setup.sh, scripts/tools.sh), runs every step
# even when an earlier one failed, names what was skipped and why, and ends with
# the line "N passed, N failed, N skipped". The exit code is 0 only when nothing
# failed. It needs no terminal, works from any folder, and leaves no process and
# no file outside of bin/, .tools/ and Go's caches.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/setup.sh
. scripts/build.sh

WORK=$(mktemp -d "${TMPDIR:-/tmp}/lakehouse-verify.XXXXXX")
export PATH=$TOOLS/bin:$PATH
LANES=()

# finish ends what still runs, whichever way this script ends: the tests and the
# smokes get a minute to end their own servers.
finish() {
	local lane tenths=0
	trap - EXIT
	set +e
	for lane in ${LANES[@]+"${LANES[@]}"}; do
		kill -TERM -- "-$lane" 2>/dev/null || true
	done
	for lane in ${LANES[@]+"${LANES[@]}"}; do
		while kill -0 -- "-$lane" 2>/dev/null && [ $tenths -lt 600 ]; do
			sleep 0.1
			tenths=$((tenths + 1))
		done
		kill -KILL -- "-$lane" 2>/dev/null || true
	done
	wait
	if [ -s "$WORK/in-memory" ]; then
		rm -rf "$(cat "$WORK/in-memory")"
	fi
	rm -rf "$WORK"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# step NAME COMMAND...: runs it, keeps what it printed, and says how it went.
# A step that counts for itself prints lines "ok - ...", "not ok - ..." and
# "skip - ..."; any other is one check.
step() {
	local name=$1 log=$WORK/$1.log start=$SECONDS verdict=ok
	shift
	"$@" >"$log" 2>&1 || verdict=FAILED
	if [ $verdict = ok ] && ! grep -qE '^((not )?ok|skip) - ' "$log"; then
		echo "ok - $name" >>"$log"
	fi
	if [ $verdict = FAILED ] && ! grep -q '^not ok - ' "$log"; then
		echo "not ok - $name" >>"$log"
	fi
	{
		printf '%-12s %-7s %4d s\n' "$name" "$verdict" $((SECONDS - start))
		if [ $verdict = FAILED ]; then
			grep -v '^ok - ' "$log" | sed 's/^/    /' | tail -n 300
		fi
	} | tee -a "$WORK/steps"
}

# not_run NAME WHY: a step that an earlier failure took the ground from.
not_run() {
	echo "skip - $1: $2" >"$WORK/$1.log"
	printf '%-12s skipped\n' "$1" | tee -a "$WORK/steps"
}

formatted() {
	local files
	files=$(gofmt -l cmd deploy internal scripts)
	[ -z "$files" ] || {
		echo "not gofmt's format, run \"just fmt\":"
		echo "$files"
		return 1
	}
}

tools() {
	bash scripts/tools.sh
	if [ -f scripts/tools-python.sh ]; then
		local why=$WORK/python.log
		if ! have python3; then
			echo "skip - pyiceberg (reading tables with a foreign engine): there is no python3"
		elif ! bash scripts/tools-python.sh >"$why" 2>&1; then
			echo "skip - pyiceberg (reading tables with a foreign engine): $(tail -n 1 "$why")"
		fi
	fi
	echo "ok - tools"
}

# tests: with the race detector. Query workers and daemons that are processes of
# their own are the programs just built, without it; the daemons' code has it in the
# tests' own process, the workers' in internal/duck, where a race in a worker fails the
# test that had it. The tests' programs are kept, so that the next run links only what
# has changed, and without what only a debugger reads; and a process ends without the
# second that the detector would wait. Their files are in memory where there is room,
# for what a SIGKILL leaves behind is the same there, and no test cuts the power; and
# they collect garbage rarely, which costs most with the detector. Both come by -exec, so
# that Go's own processes are spared and Go's cache of results holds in the next run's
# folder. "go vet" is a step of its own.
tests() {
	local packages folder
	mkdir -p bin/tests
	folder=$(test_folder)
	go build -o bin/tests/testsum ./scripts/testsum
	packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...)
	# Package paths have no spaces.
	# shellcheck disable=SC2086
	TEST_LAKEHOUSE_BIN=$ROOT/bin GORACE=atexit_sleep_ms=20 \
		go test -race -json -vet=off -timeout 20m -o bin/tests/ \
		-exec "env GOGC=400 'TMPDIR=$folder'" \
		-ldflags "-w -X '$(go list -m)/internal/duck.program=$ROOT/bin/queryd'" $packages 2>&1 | bin/tests/testsum
}

# test_folder prints where the tests' files go: /dev/shm where it has gigabytes and the
# box as much memory free, or else where temporary files go anyway. The tests of the
# largest packages held 170 MB.
test_folder() {
	local room=0 free=0
	if [ -w /dev/shm ] && [ -r /proc/meminfo ]; then
		room=$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')
		free=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
	fi
	if ((room > 4 << 20 && free > 8 << 20)) &&
		mktemp -d /dev/shm/lakehouse-verify.XXXXXX >"$WORK/in-memory"; then
		cat "$WORK/in-memory"
	else
		echo "${TMPDIR:-/tmp}"
	fi
}

justfile() {
	if ! have just; then
		echo "skip - justfile: there is no just to read it with"
		return
	fi
	just --summary
}

# smoke NAME...
smoke() {
	local name
	for name in "$@"; do
		if [ -f "$WORK/built" ]; then
			step "$name" bash "scripts/${name}_smoke.sh"
		else
			not_run "$name" "the build failed"
		fi
	done
}

# The two lanes, about as long as each other when nothing has changed.
checks() {
	step vet go vet ./...
	step staticcheck go tool staticcheck ./...
	step tests tests
	smoke d5
}
smokes() { smoke d1 d2 d3 d4 d6 g1 g1p g2 mcp; }

build_and_mark() { build_all && touch "$WORK/built"; }

step gofmt formatted
step tools tools
step justfile justfile
step build build_and_mark

# nothing_left: whatever a lane started has ended with it.
nothing_left() {
	local lane left=0
	for lane in "${LANES[@]}"; do
		if kill -0 -- "-$lane" 2>/dev/null; then
			ps -A -o pid,ppid,pgid,args | awk -v group="$lane" '$3 == group'
			left=1
		fi
	done
	return $left
}

# Each lane is a process group of its own, so that it can be ended as a whole.
set -m
checks &
LANES+=($!)
smokes &
LANES+=($!)
set +m
wait
step processes nothing_left

count() { cat "$WORK"/*.log | grep -c "^$1 - " || true; }
passed=$(count ok) failed=$(count 'not ok') skipped=$(count skip)
echo
echo "took $SECONDS s"
if [ "$skipped" != 0 ]; then
	echo "skipped:"
	cat "$WORK"/*.log | sed -n 's/^skip - /    /p'
fi
if [ "$failed" != 0 ]; then
	echo "failed:"
	cat "$WORK"/*.log | sed -n 's/^not ok - /    /p'
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
