#!/usr/bin/env bash
# d6: the whole way through the gateway only, as a user goes it: the sample CSV
# in, SQL out, the catalog and the objects between, the door of the reserved
# keys; then one daemon after the other dies, and nothing is lost.
#   scripts/d6_smoke.sh [local|minio]
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin d6
placements_csv 3000 >"$DIR/placements.csv"

count() {
	sql '{"sql":"select count(*) as n, sum(hours) as h, sum(bill_rate) as r from placements"}'
	grep -oE '"rows":\[\[[^]]*\]\]' "$DIR/body" || true
}

through_the_gateway() {
	local daemon answer hours
	for daemon in storaged catalogd ingestd queryd gateway; do
		launch "$daemon"
	done
	for daemon in storaged catalogd ingestd queryd gateway; do
		await "$daemon"
	done

	request -F "file=@$DIR/placements.csv" "$(url v1)/ingest?name=placements"
	expect "ingest through the gateway" "201 1 3000" "$STATUS $(json version) $(json rows)"
	request --data-binary "@$DIR/placements.csv" -H 'Content-Type: text/csv' "$(url v1)/ingest?name=hr.placements&mode=append"
	expect "and as a raw body, into a namespace" "201 hr 3000" "$STATUS $(json namespace) $(json rows)"
	hours=$(sed 's/"Acme, Inc\."/Acme/' "$DIR/placements.csv" | awk -F, '/^P-/ { h += $8; r += $7 } END { printf "%d,\"%.2f\"", h, r }')
	sql '{"sql":"select count(*) as n from placements"}'
	expect_body "SQL over it" '"rows":\[\[3000\]\]'
	sql '{"sql":"select sum(hours)::bigint as h, sum(bill_rate) as r from placements"}'
	expect "sums are those of the file" "\"rows\":[[$hours]]" "$(grep -oE '"rows":\[\[[^]]*\]\]' "$DIR/body")"
	sql '{"sql":"select count(*) as n from placements p join hr.placements h using (placement_id)"}'
	expect_body "a join over namespaces" '"rows":\[\[3000\]\]'
	request -H 'Accept: text/csv' -d '{"sql":"select * from placements order by 1"}' "$(url v1)/sql"
	csv_to "$DIR/back.csv"
	expect_same "the file comes back through the gateway" "$DIR/placements.csv" "$DIR/back.csv"

	request "$(url v1)/catalog/list"
	expect "the listing has both" 2 "$(grep -o '"dataset_id"' "$DIR/body" | wc -l | tr -d ' ')"
	request "$(url v1)/catalog/manifest/placements"
	expect "the manifest" "200 1 3000" "$STATUS $(json version) $(json rows)"
	local key
	key=$(json key)
	request "$(url v1)/storage/objects/$key"
	expect "its object can be read" "200 PAR1" "$STATUS $(head -c 4 "$DIR/body")"
	request -X DELETE "$(url v1)/storage/objects/$key"
	expect_problem "and not deleted" 403 reserved_key
	request -T "$DIR/placements.csv" "$(url v1)/storage/objects/catalog/default/placements.json"
	expect_problem "nor the pointer overwritten" 403 reserved_key
	request -T "$DIR/placements.csv" "$(url v1)/storage/objects/notes/placements.csv"
	expect_status "a key of one's own is written" 201
	request "$(url v1)/storage/objects/notes/placements.csv"
	expect_same "and read" "$DIR/placements.csv" "$DIR/body"
	sed '1s/,hours,/,hours_worked,/' "$DIR/placements.csv" >"$DIR/renamed.csv"
	request --data-binary "@$DIR/renamed.csv" -H 'Content-Type: text/csv' "$(url v1)/ingest?name=placements"
	expect_problem "drift comes through with its code" 409 schema_drift
	sql '{"sql":"drop table placements"}'
	expect_problem "and so does a refusal" 400 sql_not_allowed

	answer=$(count)
	for daemon in queryd ingestd catalogd storaged gateway; do
		kill_hard "$daemon"
		start_daemon "$daemon"
		wait_for curl -fs --max-time 5 "$(url gateway)/ready" || true
		expect "after kill -9 of $daemon the answer is the same" "$answer" "$(count)"
	done
	request --data-binary "@$DIR/placements.csv" -H 'Content-Type: text/csv' "$(url v1)/ingest?name=placements"
	expect "and the file is still known" "200 true 1" "$STATUS $(json unchanged) $(json version)"
	LAKEHOUSE_GATEWAY=$(url gateway) "$ROOT/bin/lakehouse" sql --format csv 'select count(*) as n from placements' >"$DIR/body" 2>&1 || true
	expect "the command line answers too" "n 3000" "$(tr -d '\r' <"$DIR/body" | tr '\n' ' ' | sed 's/ $//')"
}

on_each_backend through_the_gateway "$@"
