#!/usr/bin/env bash
# d3: catalogd over storaged. Parquet objects become versions; a manifest, a
# listing and a history say so; drift is refused; and after a crash of catalogd
# everything is there again, read from storage alone.
#   scripts/d3_smoke.sh [local|minio]
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin d3
DATA=$ROOT/scripts/testdata

put() {
	request -T "$DATA/$1" "$(url storaged)/storage/objects/incoming/$1"
	[ "$STATUS" = 201 ] || abort "storaged takes $1" "$STATUS $(cat "$DIR/body")"
}

register() { request -d "$1" "$(url catalogd)/catalog/register"; }

manifest() { request "$(url catalogd)/catalog/manifest/$1"; }

catalog() {
	start_daemon storaged
	start_daemon catalogd
	put placements.parquet
	put placements_plain.parquet
	put placements_drift.parquet

	register '{"name":"placements","objects":[{"key":"incoming/placements.parquet"}]}'
	expect "a registration is 201, version 1, 100 rows" "201 1 100" "$STATUS $(json version) $(json rows)"
	local id fingerprint
	id=$(json dataset_id) fingerprint=$(json fingerprint)
	register '{"name":"placements","objects":[{"key":"incoming/placements.parquet"}]}'
	expect "the same again is 200, unchanged, the same version" "200 true 1" "$STATUS $(json unchanged) $(json version)"
	register '{"name":"placements","objects":[{"key":"incoming/placements_plain.parquet"}],"mode":"append"}'
	expect "an append of a file without field ids is version 2, 200 rows" "201 2 200" "$STATUS $(json version) $(json rows)"
	register '{"name":"placements","objects":[{"key":"incoming/placements.parquet"}],"mode":"create"}'
	expect_problem "create over what exists is refused" 409 dataset_exists
	register '{"name":"placements","objects":[{"key":"incoming/placements_drift.parquet"}]}'
	expect_problem "other columns are drift" 409 schema_drift
	expect_body "the diff names the retyped column" '"column":"bill_rate","change":"retyped","from":"decimal\(18,2\)","to":"string"'
	expect_body "and the added one" '"column":"shift","change":"added","from":null'
	register '{"name":"no/such name","objects":[{"key":"incoming/placements.parquet"}]}'
	expect_problem "a bad name is refused" 400 bad_name
	register '{"name":"other","objects":[{"key":"incoming/is-not-there.parquet"}]}'
	expect_status "an object that is not there is refused" 422
	register '{"name":"other","objects":[{"key":"incoming/placements.parquet"}],"mood":"append"}'
	expect_problem "an unknown field is refused" 400 unknown_field

	manifest placements
	expect "the manifest is of version 2" "200 2 200 $id $fingerprint" "$STATUS $(json version) $(json rows) $(json dataset_id) $(json fingerprint)"
	expect_body "columns carry field ids" '"field_id":[1-9]'
	expect_body "its data files are the dataset's own" "\"key\":\"datasets/$id/data/"
	local key metadata
	key=$(json key) metadata=$(json metadata_key)
	request "$(url storaged)/storage/objects/$key"
	expect "and are Parquet" "200 PAR1" "$STATUS $(head -c 4 "$DIR/body")"
	request "$(url storaged)/storage/objects/$metadata"
	expect_body "the metadata is Iceberg's, format 2, at s3:// locations" '"location":"s3://lakehouse-go-primary/datasets/'
	request "$(url catalogd)/catalog/manifest/placements?version=1"
	expect "an older version is still what it was" "200 1 100" "$STATUS $(json version) $(json rows)"
	request "$(url catalogd)/catalog/manifest/placements?version=9"
	expect_problem "one that never was is 404" 404 version_not_found
	manifest nobody
	expect_problem "as is a dataset that never was" 404 dataset_not_found

	register '{"name":"hr.placements","objects":[{"key":"incoming/placements_plain.parquet"}]}'
	expect "a name in a namespace is a dataset of its own" "201 1" "$STATUS $(json version)"
	request "$(url catalogd)/catalog/versions/placements"
	expect "the history has two versions, newest first" "2 2" "$(grep -o '"version"' "$DIR/body" | wc -l | tr -d ' ') $(json version)"
	request "$(url catalogd)/catalog/list"
	expect "the listing has two datasets" 2 "$(grep -o '"dataset_id"' "$DIR/body" | wc -l | tr -d ' ')"
	cp "$DIR/body" "$DIR/list"
	manifest placements
	cp "$DIR/body" "$DIR/manifest"

	kill_hard catalogd
	start_daemon catalogd
	request "$(url catalogd)/catalog/list"
	expect_same "after kill -9 the listing is the same, from storage alone" "$DIR/list" "$DIR/body"
	manifest placements
	expect_same "and so is the manifest" "$DIR/manifest" "$DIR/body"
	register '{"name":"placements","objects":[{"key":"incoming/placements_plain.parquet"}],"mode":"append"}'
	expect "a retry of the last append is still recognised" "200 true 2" "$STATUS $(json unchanged) $(json version)"
	register '{"name":"placements","objects":[{"key":"incoming/placements_plain.parquet"}],"mode":"append","allow_duplicate":true}'
	expect "and the versions count on" "201 3 300" "$STATUS $(json version) $(json rows)"

	stop storaged
	request "$(url catalogd)/ready"
	expect_status "without storaged catalogd is not ready" 503
	register '{"name":"placements","objects":[{"key":"incoming/placements.parquet"}]}'
	expect "and a registration is a 503 that names storaged" "503 storaged" "$STATUS $(json service)"
	start_daemon storaged
	await catalogd
	manifest placements
	expect "when it is back, nothing has changed" "200 3" "$STATUS $(json version)"
}

on_each_backend catalog "$@"
