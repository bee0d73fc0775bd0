#!/usr/bin/env bash
# d4: ingestd. A CSV becomes Parquet and comes back the same; the same file again
# changes nothing; drift, bad rows and bad headers are refused with what is
# needed to mend them; a crash in the middle leaves nothing half done.
#   scripts/d4_smoke.sh [local|minio]
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin d4
placements_csv 3000 >"$DIR/placements.csv"

# ingest QUERY [CURL_ARGUMENTS...]: the body is given by the arguments.
ingest() {
	local query=$1
	shift
	request -H 'Content-Type: text/csv' "$@" "$(url ingestd)/ingest?$query"
}

# read_back FILE NAME: the current version of a dataset, as CSV, into FILE.
read_back() {
	request -H 'Accept: text/csv' -d "{\"sql\":\"select * from $2 order by 1\"}" "$(url queryd)/sql"
	csv_to "$1"
}

# spooled: the files that uploads in progress have on disk.
spooled() { find "$DIR/data" -path '*spool*' -not -path '*/jobs/*' -type f -size +0 2>/dev/null | grep .; }

# job_is_over: the job $JOB has ended, in one way or another.
job_is_over() {
	request "$(url ingestd)/ingest/jobs/$JOB"
	case $(json state) in succeeded | failed | cancelled) ;; *) return 1 ;; esac
}

round_trip() {
	start_daemon storaged
	start_daemon catalogd
	start_daemon ingestd
	start_daemon queryd

	request -F "file=@$DIR/placements.csv" "$(url ingestd)/ingest"
	expect "a form with a file is 201, version 1, 3,000 rows, none rejected" "201 placements 1 3000 0" \
		"$STATUS $(json dataset) $(json version) $(json rows) $(json rejected)"
	expect "bytes_in is the file's size" "$(wc -c <"$DIR/placements.csv" | tr -d ' ')" "$(json bytes_in)"
	for column in '"zip","type":"string"' '"phone","type":"string"' '"start_date","type":"date"' \
		'"bill_rate","type":"decimal\(18,2\)"' '"hours","type":"long"'; do
		expect_body "the column $column" "\"name\":$column"
	done
	read_back "$DIR/back.csv" placements
	expect_same "what comes back is the file, byte for byte" "$DIR/placements.csv" "$DIR/back.csv"

	request "$(url catalogd)/catalog/manifest/placements"
	request "$(url storaged)/storage/objects/$(json key)"
	expect "the object is Parquet" "200 PAR1" "$STATUS $(head -c 4 "$DIR/body")"

	ingest name=placements --data-binary "@$DIR/placements.csv"
	expect "the same content again is 200, unchanged, version 1" "200 true 1" "$STATUS $(json unchanged) $(json version)"
	{ head -n 1 "$DIR/placements.csv" && echo 'P-100000,Globex,TX,09999,512-555-0199,2026-11-02,55.00,38,'; } >"$DIR/more.csv"
	ingest 'name=placements&mode=append' --data-binary "@$DIR/more.csv"
	expect "an append is version 2" "201 2 1" "$STATUS $(json version) $(json rows)"
	ingest 'name=placements&mode=append' --data-binary "@$DIR/more.csv"
	expect "a retry of it does not load twice" "200 true 2" "$STATUS $(json unchanged) $(json version)"

	sed 's/,hours,/,hours_worked,/' "$DIR/more.csv" >"$DIR/renamed.csv"
	ingest 'name=placements&mode=append' --data-binary "@$DIR/renamed.csv"
	expect_problem "a renamed column is drift" 409 schema_drift
	expect_body "with what came" '"column":"hours_worked","change":"added"'
	expect_body "and what is missing" '"column":"hours","change":"removed"'
	sed '2,$s/,[0-9]*\.[0-9]*,/,n\/a,/' "$DIR/placements.csv" >"$DIR/retyped.csv"
	ingest name=placements --data-binary "@$DIR/retyped.csv"
	expect_problem "a column whose values no longer fit is drift" 409 schema_drift
	expect_body "with from, to, an example and its line" '"column":"bill_rate","change":"retyped","from":"decimal\(18,2\)","to":"string","example":"n/a","line":2'

	sed '1000s/,[0-9]*\.[0-9]*,/,12;50x,/' "$DIR/placements.csv" >"$DIR/bad.csv"
	ingest name=placements --data-binary "@$DIR/bad.csv"
	expect_problem "a single bad value refuses the file" 422 bad_rows
	expect_body "and is shown with its line" '"line":1000,"column":"bill_rate","value":"12;50x"'
	ingest 'name=placements&on_error=quarantine' --data-binary "@$DIR/bad.csv"
	expect "with quarantine the rest is taken" "201 3 2999 1" "$STATUS $(json version) $(json rows) $(json rejected)"
	expect_body "and the row is kept" '"quarantine":\{"dataset":"placements__quarantine","rows":1\}'
	request -d '{"sql":"select line, reason, raw from placements__quarantine"}' "$(url queryd)/sql"
	expect_body "with its raw text" '12;50x'

	printf 'id,Name,name\n1,a,b\n' >"$DIR/header.csv"
	ingest name=header --data-binary "@$DIR/header.csv"
	expect_problem "headers that differ by case alone are refused" 422 bad_header
	: >"$DIR/empty.csv"
	ingest name=empty --data-binary "@$DIR/empty.csv"
	expect_problem "an empty file is refused" 422 empty_file
	printf 'id,name\n' >"$DIR/only.csv"
	ingest name=only --data-binary "@$DIR/only.csv"
	expect "a header alone is a version with no rows" "201 0" "$STATUS $(json rows)"
	printf 'id,name\n1,"never closed\n2,b\n' >"$DIR/quote.csv"
	ingest name=quote --data-binary "@$DIR/quote.csv"
	expect_status "an unclosed quote is refused" 422
	ingest 'name=a/b' --data-binary "@$DIR/more.csv"
	expect_problem "a bad name is refused" 400 bad_name
	ingest 'name=later&async=true' --data-binary "@$DIR/more.csv"
	expect_status "an ingest may go on as a job" 202
	JOB=$(json id)
	wait_for job_is_over
	expect "which ends with its version" "succeeded 1" "$(json state) $(json version)"
	ingest 'name=placements&nonsense=1' --data-binary "@$DIR/more.csv"
	expect_problem "an unknown parameter is refused" 400 unknown_parameter

	# ingestd dies with an upload half way in; nothing of it is seen afterwards.
	start uploader curl -sS --limit-rate 20k -H 'Content-Type: text/csv' --data-binary "@$DIR/placements.csv" "$(url ingestd)/ingest?name=halfway"
	wait_for spooled || fail "an upload goes to the spool as it comes"
	kill_hard ingestd
	kill_hard uploader
	request "$(url catalogd)/catalog/manifest/halfway"
	expect_problem "after kill -9 in an upload nothing is registered" 404 dataset_not_found
	start_daemon ingestd
	expect "the restart cleaned the spool" "" "$(spooled || true)"
	ingest name=halfway --data-binary "@$DIR/placements.csv"
	expect "and a retry succeeds" "201 1 3000" "$STATUS $(json version) $(json rows)"

	stop catalogd
	ingest name=placements --data-binary "@$DIR/placements.csv"
	expect "without catalogd an ingest is a 503 that names it" "503 catalogd" "$STATUS $(json service)"
	expect_header "and says when to come again" '^retry-after: [0-9]+'
	start_daemon catalogd
	ingest name=placements --data-binary "@$DIR/placements.csv"
	expect "when it is back the retry succeeds" "201 4 3000" "$STATUS $(json version) $(json rows)"
}

on_each_backend round_trip "$@"
