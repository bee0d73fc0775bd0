#!/usr/bin/env bash
# What the smokes share: d1 to d6, g1, g1p, g2 and mcp. A smoke sources it, calls smoke_begin,
# starts daemons, and makes assertions, each one line "ok - TEXT" or "not ok - TEXT"
# with what was seen. Its last line is "NAME: N passed, N failed, N skipped"; its
# exit code is 0 only when nothing failed.
#
# A smoke works in a folder of its own and on a free set of ports, beside a fleet
# or another smoke on the same machine. At its end every process it started is
# gone, and so is the folder. SMOKE_KEEP=1 keeps the folder, for its logs.
set -euo pipefail
exec </dev/null
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# How long a daemon may take until it is ready, in tenths of a second: far more
# than it needs, so that a busy machine fails no smoke.
READY_TENTHS=600

PASSED=0 FAILED=0 SKIPPED=0
STATUS="" # of the last request
NAMES=()  # running processes, and beside them
PIDS=()   # their ids, each the leader of a process group
FLAVOUR=""

# smoke_begin NAME: a folder, free ports, binaries.
smoke_begin() {
	SMOKE=$1
	DIR=$(mktemp -d "${TMPDIR:-/tmp}/lakehouse-$SMOKE.XXXXXX")
	OFFSET=""
	trap smoke_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	reserve_ports
	# Nothing of the caller's own fleet reaches the one under test.
	unset AUTH_TOKEN AUTH_TOKEN_NEXT AUTH_TOKEN_READ CREDENTIALS_DIRECTORY NOTIFY_SOCKET
	local variable
	for variable in $(compgen -e LAKEHOUSE_ || true); do
		unset "$variable"
	done
	if [ ! -x "$ROOT/bin/gateway" ] || [ ! -x "$ROOT/bin/lakehouse" ]; then
		bash "$ROOT/scripts/build.sh"
	fi
}

smoke_end() {
	local code=$? i
	trap - EXIT
	trap '' INT TERM HUP
	set +e # whatever else goes wrong, every process is ended
	for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do
		end_process "$i"
	done
	if [ -n "$OFFSET" ]; then
		rm -rf "$(reservation "$OFFSET")"
	fi
	if [ "${SMOKE_KEEP:-}" = 1 ]; then
		echo "kept $DIR" >&2
	else
		rm -rf "$DIR"
	fi
	echo "$SMOKE: $PASSED passed, $FAILED failed, $SKIPPED skipped"
	if [ "$code" = 0 ] && [ "$FAILED" -gt 0 ]; then
		code=1
	fi
	exit "$code"
}

# --- assertions -------------------------------------------------------------

pass() {
	PASSED=$((PASSED + 1))
	echo "ok - $SMOKE$FLAVOUR: $1"
}

fail() {
	FAILED=$((FAILED + 1))
	echo "not ok - $SMOKE$FLAVOUR: $1"
	shift
	[ $# = 0 ] || printf '    %s\n' "$@"
}

skip() {
	SKIPPED=$((SKIPPED + 1))
	echo "skip - $SMOKE$FLAVOUR: $1"
}

# abort TEXT: nothing after this could be asserted.
abort() {
	fail "$@"
	exit 1
}

# expect TEXT WANT GOT
expect() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "want: $2" "got:  $3"
	fi
}

# expect_status TEXT CODE: of the last request; shows its body otherwise.
expect_status() {
	if [ "$STATUS" = "$2" ]; then
		pass "$1"
	else
		fail "$1" "want status $2, got $STATUS: $(head -c 600 "$DIR/body")"
	fi
}

# expect_problem TEXT STATUS CODE: an error answer with its stable code.
expect_problem() {
	if [ "$STATUS" = "$2" ] && [ "$(json code)" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "want $2 $3, got $STATUS: $(head -c 600 "$DIR/body")"
	fi
}

# expect_body TEXT PATTERN: the last body matches the extended expression.
expect_body() {
	if grep -qE -- "$2" "$DIR/body"; then
		pass "$1"
	else
		fail "$1" "no match for $2 in: $(head -c 600 "$DIR/body")"
	fi
}

# expect_header TEXT PATTERN: a header line of the last answer matches.
expect_header() {
	if grep -qiE -- "$2" "$DIR/headers"; then
		pass "$1"
	else
		fail "$1" "no match for $2 in: $(tr -d '\r' <"$DIR/headers")"
	fi
}

# expect_same TEXT FILE FILE: byte for byte.
expect_same() {
	if cmp -s "$2" "$3"; then
		pass "$1"
	else
		fail "$1" "$(cmp "$2" "$3" 2>&1 || true)" "$(diff "$2" "$3" 2>&1 | head -n 5 || true)"
	fi
}

# --- requests ---------------------------------------------------------------

# request CURL_ARGUMENTS...: sets STATUS, writes $DIR/body and $DIR/headers. A
# connection that breaks is status 000.
request() {
	: >"$DIR/body"
	: >"$DIR/headers"
	STATUS=$(curl -sS --max-time 120 -o "$DIR/body" -D "$DIR/headers" -w '%{http_code}' "$@" 2>"$DIR/curl") || true
	STATUS=${STATUS:-000}
}

# json NAME: the first field of that name in the last body, a string without its
# quotes. The answers are compact JSON, so no JSON reader is needed.
json() {
	grep -oE "\"$1\":(\"([^\"\\\\]|\\\\.)*\"|[^,}\\[{]+)" "$DIR/body" | head -n 1 | sed -E "s/^\"$1\"://; s/^\"(.*)\"\$/\\1/" || true
}

# url DAEMON: its base URL; "v1" is the gateway's.
url() {
	case $1 in
	v1) echo "http://127.0.0.1:$((3110 + OFFSET))/v1" ;;
	*) echo "http://127.0.0.1:$(port "$1")" ;;
	esac
}

# sql JSON: asks the gateway.
sql() { request -d "$1" "$(url v1)/sql"; }

# --- ports ------------------------------------------------------------------

# port NAME: the well-known port of a daemon, moved by the offset.
port() {
	local base
	case $1 in
	gateway) base=3110 ;;
	storaged) base=3211 ;;
	catalogd) base=3212 ;;
	ingestd) base=3213 ;;
	queryd) base=3214 ;;
	vectord) base=3215 ;;
	embedd) base=3216 ;;
	ollama) base=3289 ;;
	minio) base=3290 ;;
	minio-console) base=3291 ;;
	esac
	echo $((base + OFFSET))
}

reservation() { echo "${TMPDIR:-/tmp}/lakehouse-ports-$1"; }

# reserve_ports: the first offset, from a start that differs between processes,
# of which no port is taken, kept from other smokes by a folder. All lie below
# the ports that the system hands out to clients.
reserve_ports() {
	local try candidate
	for ((try = 0; try < 90; try++)); do
		candidate=$((1000 + ($$ + try) % 90 * 300))
		if reserve "$candidate"; then
			OFFSET=$candidate
			if ports_free; then
				return
			fi
			rm -rf "$(reservation "$candidate")"
			OFFSET=""
		fi
	done
	abort "no free set of ports was found"
}

# reserve OFFSET: one that a process left behind, which is gone, counts as free.
reserve() {
	local folder owner
	folder=$(reservation "$1")
	if ! mkdir "$folder" 2>/dev/null; then
		owner=$(cat "$folder/pid" 2>/dev/null) || return 1
		kill -0 "$owner" 2>/dev/null && return 1
	fi
	echo $$ >"$folder/pid"
}

ports_free() {
	local base
	for base in 3110 3211 3212 3213 3214 3215 3216 3217 3218 3219 3220 3289 3290 3291; do
		if (exec 3<>"/dev/tcp/127.0.0.1/$((base + OFFSET))") 2>/dev/null; then
			return 1
		fi
	done
}

# --- processes --------------------------------------------------------------

# start NAME COMMAND...: in a process group of its own, its output in NAME.log.
start() {
	local name=$1
	shift
	set -m
	"$@" >>"$DIR/$name.log" 2>&1 &
	set +m
	NAMES+=("$name")
	PIDS+=($!)
}

# index NAME: where a running process stands in the list.
index() {
	local i
	for ((i = 0; i < ${#NAMES[@]}; i++)); do
		if [ "${NAMES[i]}" = "$1" ]; then
			echo "$i"
			return 0 # a bare return in a trap gives the status from before it
		fi
	done
	return 1
}

# pid NAME
pid() { echo "${PIDS[$(index "$1")]}"; }

# group PID: the processes of its group, for messages.
group() { ps -A -o pid,ppid,pgid,args | awk -v group="$1" '$3 == group'; }

# end_process INDEX: by SIGTERM; asserts a clean exit and that nothing of its
# group is left. CODE is the exit code.
end_process() {
	local name=${NAMES[$1]} pid=${PIDS[$1]} tenths=0
	kill -TERM "$pid" 2>/dev/null || true
	while kill -0 "$pid" 2>/dev/null && [ $tenths -lt 400 ]; do
		sleep 0.1
		tenths=$((tenths + 1))
	done
	if kill -0 "$pid" 2>/dev/null; then
		fail "$name ends within 40 s of SIGTERM" "$(tail -n 5 "$DIR/$name.log")"
		kill -KILL -- "-$pid" 2>/dev/null || true
	fi
	CODE=0
	wait "$pid" 2>/dev/null || CODE=$?
	if kill -0 -- "-$pid" 2>/dev/null; then
		fail "$name leaves no process behind" "$(group "$pid")"
		kill -KILL -- "-$pid" 2>/dev/null || true
	elif [ "$CODE" != 0 ] && [ "$name" != minio ]; then
		fail "$name ends with 0 after SIGTERM" "exit code $CODE" "$(tail -n 5 "$DIR/$name.log")"
	fi
	forget "$name"
}

# stop NAME
stop() { end_process "$(index "$1")"; }

# kill_hard NAME: as a crash would end it; asserts that its workers notice.
kill_hard() {
	local pid tenths=0
	pid=$(pid "$1")
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || true
	while kill -0 -- "-$pid" 2>/dev/null && [ $tenths -lt 100 ]; do
		sleep 0.1
		tenths=$((tenths + 1))
	done
	if kill -0 -- "-$pid" 2>/dev/null; then
		fail "the workers of $1 end with it" "$(group "$pid")"
		kill -KILL -- "-$pid" 2>/dev/null || true
	fi
	forget "$1"
}

# forget NAME: a process that has ended.
forget() {
	local i
	i=$(index "$1")
	unset "NAMES[$i]" "PIDS[$i]"
	NAMES=(${NAMES[@]+"${NAMES[@]}"})
	PIDS=(${PIDS[@]+"${PIDS[@]}"})
}

# wait_for COMMAND...: until it succeeds, within the bound.
wait_for() {
	local tenths=0
	until "$@" >/dev/null 2>&1; do
		tenths=$((tenths + 1))
		[ $tenths -lt $READY_TENTHS ] || return 1
		sleep 0.1
	done
}

# start_daemon NAME [ARGUMENT...]: and wait until it is ready.
start_daemon() {
	launch "$@"
	await "$1"
}

# launch NAME [ARGUMENT...]: without waiting.
launch() {
	local name=$1
	shift
	start "$name" "$ROOT/bin/$name" --config "$DIR/lakehouse.toml" "$@"
}

# await NAME: until its /ready is 200; a daemon that died ends the smoke.
await() {
	if ! wait_for answers_or_died "$1" || ! kill -0 "$(pid "$1")" 2>/dev/null; then
		abort "$1 becomes ready" "$(curl -s --max-time 5 "$(url "$1")/ready" || true)" "$(tail -n 5 "$DIR/$1.log")"
	fi
}

answers_or_died() {
	! kill -0 "$(pid "$1")" 2>/dev/null || curl -fs --max-time 5 ${TOKEN:+-H "Authorization: Bearer $TOKEN"} "$(url "$1")/ready"
}

# --- configuration ----------------------------------------------------------

# write_config [local|minio]: lakehouse.toml for a fleet in this folder. What a
# smoke needs beyond that it appends.
write_config() {
	local backend=${1:-local}
	mkdir -p "$DIR/data"
	: >>"$DIR/auth.env" && : >>"$DIR/secrets-go.toml" # what the configuration names must be there
	cat >"$DIR/lakehouse.toml" <<-TOML
		[fleet]
		data = "$DIR/data"
		port_offset = $OFFSET
		auth_file = "$DIR/auth.env"
		secrets_file = "$DIR/secrets-go.toml"
	TOML
	if [ "$backend" = minio ]; then
		printf '\n[storaged]\nbackend = "s3"\n' >>"$DIR/lakehouse.toml"
		cat >"$DIR/secrets-go.toml" <<-TOML
			[s3.primary]
			endpoint = "$(url minio)"
			region = "us-east-1"
			bucket = "lakehouse-go-primary"
			access_key_id = "smoke-access-key"
			secret_access_key = "smoke-secret-key"
			use_path_style = true
		TOML
		chmod 600 "$DIR/secrets-go.toml"
		if [ -e "$TOOLS/httpfs/httpfs.duckdb_extension" ]; then
			printf '\n[queryd]\nhttpfs = "%s"\n' "$TOOLS/httpfs/httpfs.duckdb_extension" >>"$DIR/lakehouse.toml"
		fi
	fi
}

# start_minio: a real MinIO without any bucket; storaged makes its own.
start_minio() {
	mkdir -p "$DIR/minio"
	MINIO_ROOT_USER=smoke-access-key MINIO_ROOT_PASSWORD=smoke-secret-key MINIO_UPDATE=off MINIO_BROWSER=off \
		HOME=$DIR start minio "$TOOLS/bin/minio" server "$DIR/minio" --quiet \
		--address "127.0.0.1:$(port minio)" --console-address "127.0.0.1:$(port minio-console)"
	if ! wait_for minio_serves; then
		abort "MinIO becomes ready" "$(cat "$DIR/body")" "$(tail -n 5 "$DIR/minio.log")"
	fi
}

# minio_serves: a stranger is refused. Before that everybody gets a 503, while
# its health routes say 200 already.
minio_serves() {
	request "$(url minio)/"
	[ "$STATUS" = 403 ]
}

# on_each_backend FUNCTION [local|minio]: runs it on the backend named, else on
# both, each with a fresh folder; FLAVOUR marks the assertions.
on_each_backend() {
	local function=$1 backend backends=${2:-local minio}
	for backend in $backends; do
		FLAVOUR=" $backend"
		case $backend in
		local) ;;
		minio)
			if [ ! -x "$TOOLS/bin/minio" ]; then
				skip "all of it on MinIO: .tools/bin/minio is not built, see what scripts/tools.sh says"
				continue
			fi
			;;
		*)
			echo "usage: $0 [local|minio]" >&2
			exit 2
			;;
		esac
		rm -rf "$DIR/data" "$DIR/minio" "$DIR/secrets-go.toml"
		write_config "$backend"
		if [ "$backend" = minio ]; then
			start_minio
		fi
		"$function"
		while [ ${#PIDS[@]} -gt 0 ]; do
			end_process $((${#PIDS[@]} - 1))
		done
	done
	FLAVOUR=""
}

# --- data -------------------------------------------------------------------

# csv_to FILE: the last body, a CSV of queryd, with the lines' ends as awk writes
# them; RFC 4180 has them end in CR LF.
csv_to() { tr -d '\r' <"$DIR/body" >"$1"; }

# placements_csv ROWS: a CSV with what CSV makes hard: text that looks like
# numbers, quoted commas and newlines, decimals, dates, empty values. It quotes
# where queryd does, so that what comes out can be compared with it.
placements_csv() {
	awk -v rows="$1" 'BEGIN {
		print "placement_id,client,state,zip,phone,start_date,bill_rate,hours,note"
		split("TX CA OH NY", state, " ")
		for (i = 1; i <= rows; i++) {
			client = i % 3 ? "Initech" : "\"Acme, Inc.\""
			note = i % 50 == 0 ? "\"said \"\"call back\"\"\nthen left\"" : i % 7 ? "" : "Gr\303\274\303\237e"
			printf "P-%06d,%s,%s,%05d,512-555-01%02d,2026-%02d-%02d,%d.%02d,%d,%s\n", i, client,
				state[1 + i % 4], 1000 + i, i % 100, 1 + i % 12, 1 + i % 28, 20 + i % 60, i * 5 % 100, i % 45, note
		}
	}'
}
