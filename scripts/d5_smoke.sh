#!/usr/bin/env bash
# d5: queryd. SELECT over what was ingested, in every format, with exact values
# and bound parameters; what writes or looks outside is refused; a statement that
# never ends is listed, cancelled, timed out; a worker that dies costs one query.
#   scripts/d5_smoke.sh [local|minio]
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin d5
placements_csv 3000 >"$DIR/placements.csv"

query() { request -d "$1" "$(url queryd)/sql"; }

# rows: the rows of the last JSON answer, as they stand there.
rows() { grep -oE '"rows":.*,"row_count"' "$DIR/body" | sed 's/^"rows"://; s/,"row_count"$//'; }

# by_state: what the first SELECT must answer, counted by awk.
by_state() {
	sed 's/"Acme, Inc\."/Acme/' "$DIR/placements.csv" | awk -F, '
		/^P-/ && $6 >= "2026-07-01" { n[$3]++ }
		END { printf "[[\"CA\",%d],[\"NY\",%d],[\"OH\",%d],[\"TX\",%d]]", n["CA"], n["NY"], n["OH"], n["TX"] }'
}

ENDLESS='select count(*) from range(1000000000000) a, range(1000000) b'

# running: whether the endless statement is listed; idle: it is not.
running() {
	request "$(url queryd)/sql/queries"
	grep -q 'range(1000000000000)' "$DIR/body"
}
idle() { ! running; }

select_all() {
	start_daemon storaged
	start_daemon catalogd
	start_daemon ingestd
	start_daemon queryd
	request -F "file=@$DIR/placements.csv" "$(url ingestd)/ingest?name=placements"
	[ "$STATUS" = 201 ] || abort "the sample is ingested" "$STATUS $(cat "$DIR/body")"

	query '{"sql":"select state, count(*) as n from placements where start_date >= ? group by 1 order by 1","params":["2026-07-01"]}'
	expect "a SELECT with a parameter answers" "$(by_state)" "$(rows)"
	expect_body "columns carry DuckDB's types" '"columns":\[\{"name":"state","type":"VARCHAR"\},\{"name":"n","type":"BIGINT"\}\]'
	query '{"sql":"select 9007199254740993 as big, 12345678901234567890123456789012345678::decimal(38,0) as huge, date '"'2026-11-23'"' as d, '"'NaN'"'::double as nan, null as nothing"}'
	expect "values are exact" '[[9007199254740993,"12345678901234567890123456789012345678","2026-11-23","NaN",null]]' "$(rows)"
	query '{"sql":"select ? as id","params":[9007199254740993]}'
	expect "parameters too" '[[9007199254740993]]' "$(rows)"
	query '{"sql":"from placements select zip, phone, bill_rate order by placement_id limit 1"}'
	expect "ZIP codes and phone numbers are text, rates have their digits" '[["01001","512-555-0101","21.05"]]' "$(rows)"
	query '{"sql":"select * from placements","limit":7}'
	expect "a limit cuts and says so" "7 true" "$(json row_count) $(json truncated)"

	request -H 'Content-Type: text/plain' -d 'select 42 as answer' "$(url queryd)/sql"
	expect "a bare statement as text" '[[42]]' "$(rows)"
	request -H 'Accept: text/csv' -d '{"sql":"select * from placements order by 1"}' "$(url queryd)/sql"
	csv_to "$DIR/back.csv"
	expect_same "CSV is the file that came in" "$DIR/placements.csv" "$DIR/back.csv"
	request -H 'Accept: application/x-ndjson' -d '{"sql":"select placement_id, hours from placements order by 1 limit 2"}' "$(url queryd)/sql"
	expect "NDJSON is one object a line" '{"placement_id":"P-000001","hours":1} {"placement_id":"P-000002","hours":2}' "$(tr '\n' ' ' <"$DIR/body" | sed 's/ $//')"
	query '{"sql":"select placement_id from placements","format":"arrow"}'
	expect_header "Arrow says what it is" '^content-type: application/vnd\.apache\.arrow\.stream'
	expect "and begins as a stream does" ffffffff "$(head -c 4 "$DIR/body" | od -An -tx1 | tr -d ' ')"
	query '{"sql":"show tables"}'
	expect_body "SHOW TABLES is the catalog" placements

	query '{"sql":"selec 1"}'
	expect_problem "a mistake is a 400" 400 sql_invalid
	query '{"sql":"select * from placement"}'
	expect_problem "an unknown table is a 404" 404 table_not_found
	expect_body "with near names" placements
	local statement
	for statement in "drop table placements" "create table x as select 1" "copy placements to 'x'" "attach 'x'" \
		"install httpfs" "set threads = 1" "pragma version" "select 1; select 2" "select * from read_csv('/etc/passwd')" \
		"select * from '/etc/passwd'" "select getenv('HOME')" "insert into placements select * from placements"; do
		query "{\"sql\":\"$statement\"}"
		if [ "$STATUS" = 400 ] || [ "$STATUS" = 404 ]; then
			pass "refused: $statement"
		else
			fail "refused: $statement" "$STATUS $(head -c 300 "$DIR/body")"
		fi
	done

	if [ "$FLAVOUR" = " minio" ]; then
		if ! grep -q '^httpfs' "$DIR/lakehouse.toml"; then
			skip "all of it straight from S3: .tools/httpfs is not there, see what scripts/tools.sh says"
		elif grep -q '"query workers are up".*"root":"http' "$DIR/queryd.log"; then
			pass "its objects come straight from S3"
		else
			fail "its objects come straight from S3" "$(grep -m 3 -E 'workers|straight' "$DIR/queryd.log")"
		fi
	fi

	query "{\"sql\":\"$ENDLESS\",\"timeout_ms\":300}"
	expect_problem "a statement ends at its deadline" 504 query_timeout
	start client curl -sS -o "$DIR/cancelled" -d "{\"sql\":\"$ENDLESS\",\"timeout_ms\":60000}" "$(url queryd)/sql"
	wait_for running || true
	expect_body "a running statement is listed" 'range\(1000000000000\)'
	request -X DELETE "$(url queryd)/sql/queries/$(json query_id)"
	expect_status "and can be cancelled" 204
	wait "$(pid client)" || true
	expect "its client is told" query_cancelled "$(grep -o 'query_cancelled' "$DIR/cancelled" | head -n 1)"
	forget client
	start client curl -sS -o /dev/null -d "{\"sql\":\"$ENDLESS\",\"timeout_ms\":60000}" "$(url queryd)/sql"
	wait_for running || true
	kill_hard client
	if wait_for idle; then
		pass "a client that leaves takes its statement along"
	else
		fail "a client that leaves takes its statement along" "$(cat "$DIR/body")"
	fi
	query '{"sql":"select sum(length(repeat(chr(97 + (i % 26)::int), 1000000) || i)) as n, list(repeat('"'a'"', 1000000) || i) as l from range(8000) t(i)"}'
	if [ "$STATUS" = 507 ]; then
		pass "a statement that wants 8 GB is ended at its memory bound"
	else
		fail "a statement that wants 8 GB is ended at its memory bound" "$STATUS $(head -c 300 "$DIR/body")"
	fi
	query '{"sql":"select count(*) as n from placements"}'
	expect "and the next one answers" '[[3000]]' "$(rows)"

	request -F "file=@$DIR/placements.csv" "$(url ingestd)/ingest?name=placements&mode=append&allow_duplicate=true"
	query '{"sql":"select count(*) as n from placements"}'
	expect "a new version is seen by the next statement" '[[6000]]' "$(rows)"
	kill_hard queryd
	start_daemon queryd
	query '{"sql":"select count(*) as n from placements"}'
	expect "after kill -9 a fresh queryd answers" '[[6000]]' "$(rows)"
}

on_each_backend select_all "$@"
