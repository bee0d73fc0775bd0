#!/usr/bin/env bash
# g1: vectord, through the gateway and the command line. Items go in whole batches
# or not at all; searches find what is nearest, by a filter as many as were asked
# for; what is wrong is refused with its code and changes nothing; names lead where
# they are told to.
#   scripts/g1_smoke.sh [local|minio]
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin g1

# items FROM TO: one in each line, with a vector of 64 whole numbers that its own
# number gives, the same everywhere.
items() {
	awk -v from="$1" -v to="$2" 'BEGIN {
		split("Austin Dallas Houston Waco", city, " ")
		for (i = from; i <= to; i++) {
			x = i * 7919 + 17
			for (j = 0; j < 8; j++) x = x * 16807 % 2147483647
			printf "{\"id\":\"c-%04d\",\"vector\":[", i
			for (j = 0; j < 64; j++) {
				x = x * 16807 % 2147483647
				printf "%s%d", (j ? "," : ""), int(x / 1000) % 1001 - 500
			}
			printf "],\"text\":\"welder number%d\",\"metadata\":{\"city\":\"%s\",\"n\":%d}}\n", i, city[1 + i % 4], i
		}
	}'
}

# vector N: that of an item.
vector() { items "$1" "$1" | sed 's/.*"vector":\(\[[^]]*\]\).*/\1/'; }

# batch: the lines of standard input as the body of an add.
batch() { awk 'BEGIN { printf "{\"items\":[" } { printf "%s%s", (NR > 1 ? "," : ""), $0 } END { print "]}" }'; }

vectors() { # METHOD PATH [BODY]
	request -X "$1" ${3:+-d "$3"} "$(url v1)/vectors$2"
}

search() { vectors POST "/index/people/search" "$1"; }

# ids: those of the results, in their order.
ids() { grep -oE '"id":"[^"]*"' "$DIR/body" | sed 's/"id":"//; s/"//' | tr '\n' ' ' | sed 's/ $//' || true; }

count() {
	request -d '{}' "$(url v1)/vectors/index/people/count"
	json count
}

everything_is_linked() {
	vectors GET /index/people
	[ "$(json waiting)" = 0 ]
}

# refused CODE PATH BODY: a request that is wrong. A vector is shown by its last number.
refused() {
	vectors POST "$2" "$3"
	expect_problem "POST ${2##*/} $(sed -E 's/([01],){60,}/..., /' <<<"$3") is $1" 400 "$1"
}

fill() {
	vectors POST /index '{"name":"people","dimension":64}'
	expect "an index is made: 201, cosine, ready" "201 people 64 cosine ready" "$STATUS $(json name) $(json dimension) $(json metric) $(json state)"
	vectors POST /index '{"name":"people","dimension":64}'
	expect_problem "again is a conflict" 409 index_exists
	vectors POST /index '{"name":"people","dimension":64,"if_not_exists":true}'
	expect_status "and is 200 with if_not_exists and the same parameters" 200
	vectors POST /index '{"name":"people","dimension":32,"if_not_exists":true}'
	expect_problem "but not with others" 409 index_exists

	local from
	for from in 1 501 1001 1501; do
		items "$from" $((from + 499)) | batch >"$DIR/batch.json"
		vectors POST /index/people/add "@$DIR/batch.json"
		expect "500 items are added" "200 500 0 $((from + 499))" "$STATUS $(json added) $(json updated) $(json count)"
	done
	vectors POST /index/people/add "@$DIR/batch.json"
	expect "the same again takes their places" "200 0 500 2000" "$STATUS $(json added) $(json updated) $(json count)"
	wait_for everything_is_linked || fail "every item comes into the graph"
	vectors GET '/index/people?recall=200'
	if awk -v recall="$(json recall)" 'BEGIN { exit !(recall >= 0.95) }'; then
		pass "the graph finds 95 of 100 that are nearest: $(json recall)"
	else
		fail "the graph finds 95 of 100 that are nearest" "$(cat "$DIR/body")"
	fi
}

find_them() {
	search "{\"vector\":$(vector 77),\"k\":3}"
	expect "an item is nearest to its own vector" "200 c-0077" "$STATUS $(json id)"
	expect_body "with the cosine 1 and the distance 0" '"id":"c-0077","score":(1|0\.99999[0-9]*),"distance":-?(0|[0-9.]+e-0[678])[,}]'
	search "{\"vectors\":[$(vector 5),$(vector 6)],\"k\":1}"
	expect "several vectors are several questions" "c-0005 c-0006" "$(ids)"
	search "{\"vector\":$(vector 77),\"k\":50,\"filter\":{\"city\":\"Austin\"}}"
	expect "a filter keeps k: 50 of a quarter" 50 "$(ids | wc -w | tr -d ' ')"
	expect "and all of them match" 50 "$(grep -o '"city":"Austin"' "$DIR/body" | wc -l | tr -d ' ')"
	search "{\"vector\":$(vector 77),\"k\":10,\"filter\":{\"and\":[{\"n\":{\"gte\":1990}},{\"not\":{\"n\":1995}}]}}"
	expect "of a filter that matches ten in 2,000, all ten" "1990 1991 1992 1993 1994 1996 1997 1998 1999 2000" \
		"$(grep -oE '"n":[0-9]+' "$DIR/body" | sed 's/"n"://' | sort -n | tr '\n' ' ' | sed 's/ $//')"
	search '{"text":"number1234","k":5}'
	expect "words find the item that has them" "200 c-1234" "$STATUS $(ids)"
	search "{\"text\":\"number1234\",\"vector\":$(vector 1234),\"k\":1}"
	expect "and so do words and a vector" "200 c-1234" "$STATUS $(ids)"
	expect_body "with both parts of the score" '"parts":\{"vector":\{"score":[^}]*,"rank":1\},"lexical":\{"score":[^}]*,"rank":1\}\}'
	search '{"positive":["c-0001","c-0002"],"k":5,"exact":true}'
	expect "items like others are others" "200 5 true" "$STATUS $(ids | tr ' ' '\n' | grep -vcE '^c-000[12]$' || true) $(json exact)"
	request "$(url v1)/vectors/index/people/items/c-0077"
	expect "an item is given by its id" "200 c-0077 77" "$STATUS $(json id) $(json n)"
	local page cursor="" seen=""
	for page in 1 2 3; do
		request "$(url v1)/vectors/index/people/scroll?limit=900&cursor=$cursor"
		seen="$seen $(ids)" cursor=$(json next_cursor)
	done
	expect "three pages hold every item once" "2000 null" "$(tr ' ' '\n' <<<"$seen" | grep . | sort -u | wc -l | tr -d ' ') $cursor"
}

# Nothing of what is refused is applied.
refuse() {
	local before bad
	before=$(count)
	{ items 3001 3001 && items 3002 3002 | sed 's/,[-0-9]*\],/],/'; } | batch >"$DIR/batch.json"
	vectors POST /index/people/add "@$DIR/batch.json"
	expect_problem "a vector of another dimension is refused" 400 dimension_mismatch
	expect "with both numbers, and the item" "64 63 1 c-3002" "$(json expected) $(json got) $(json item) $(json id)"
	request "$(url v1)/vectors/index/people/items/c-3001"
	expect_problem "and nothing of its batch is in" 404 item_not_found
	search '{"vector":[1,2,3]}'
	expect "a search by one names both numbers too" "400 dimension_mismatch 64 3" "$STATUS $(json code) $(json expected) $(json got)"

	local zeros ones
	zeros=$(printf '0,%.0s' {1..63})0 ones=$(printf '1,%.0s' {1..63})
	for bad in "NaN bad_vector" "\"NaN\" bad_request" "null bad_request" "1e39 bad_vector" "-1e39 bad_vector"; do
		refused "${bad##* }" /index/people/add "{\"items\":[{\"id\":\"x\",\"vector\":[$ones${bad% *}]}]}"
		refused "${bad##* }" /index/people/search "{\"vector\":[$ones${bad% *}]}"
	done
	refused bad_vector /index/people/add "{\"items\":[{\"id\":\"x\",\"vector\":[$zeros]}]}"
	refused bad_vector /index/people/search "{\"vector\":[$zeros]}"
	refused bad_vector /index/people/add '{"items":[{"id":"x"}]}'
	refused bad_item /index/people/add "{\"items\":[{\"id\":\"\",\"vector\":[${ones}1]}]}"
	refused bad_item /index/people/add "{\"items\":[{\"id\":\"x\",\"vector\":[${ones}1],\"metadata\":[1]}]}"
	refused bad_item /index/people/add "{\"items\":[{\"id\":\"x\",\"vector\":[${ones}1],\"text\":\"a\",\"metadata\":{\"text\":\"b\"}}]}"
	refused bad_request /index/people/add '{"items":[]}'
	refused unknown_field /index/people/add '{"item":[]}'
	refused bad_search /index/people/search '{}'
	refused bad_search /index/people/search '{"text":"a","k":-1}'
	refused bad_search /index/people/search '{"text":"a","k":10001}'
	refused bad_search /index/people/search '{"text":"a","mode":"best"}'
	refused bad_search /index/people/search '{"text":"a","mode":"vector"}'
	refused bad_request /index/people/search '{"text":"a","k":"ten"}'
	refused unknown_field /index/people/search '{"text":"a","top":5}'
	refused bad_filter /index/people/search '{"text":"a","filter":{"town":"Austin"}}'
	refused bad_filter /index/people/search '{"text":"a","filter":{"n":{"over":5}}}'
	refused bad_request /index/people/delete '{}'
	refused bad_index /index '{"name":"No/Such","dimension":4}'
	refused bad_index /index '{"name":"x","dimension":0}'
	refused bad_index /index '{"name":"x","dimension":16385}'
	refused bad_index /index '{"name":"x","dimension":4,"metric":"near"}'
	refused unknown_field /index '{"name":"x","dimensions":4}'
	expect "after all that as many are in as before" "$before" "$(count)"
	vectors POST /index/nobody/search '{"text":"a"}'
	expect_problem "an index that never was is 404" 404 index_not_found
	request -T "$DIR/batch.json" "$(url v1)/storage/objects/vectors/names/people.json"
	expect_problem "and nobody writes among its objects" 403 reserved_key
}

take_out() {
	vectors POST /index/people/delete '{"ids":["c-0077","c-0078","nobody"]}'
	expect "items are deleted by their ids" "200 2 1998" "$STATUS $(json deleted) $(json count)"
	search "{\"vector\":$(vector 77),\"k\":2000}"
	expect "and are not found any more" 0 "$(ids | tr ' ' '\n' | grep -cE '^c-007[78]$' || true)"
	vectors POST /index/people/delete '{"filter":{"city":"Waco"}}'
	expect "and by a filter" "200 500 1498" "$STATUS $(json deleted) $(json count)"
	search "{\"vector\":$(vector 3),\"k\":10,\"filter\":{\"city\":\"Waco\"}}"
	expect "of which nothing is found" "200 0" "$STATUS $(ids | wc -w | tr -d ' ')"
}

# The command line, with a file of its own.
by_hand() {
	local lakehouse="$ROOT/bin/lakehouse"
	LAKEHOUSE_GATEWAY=$(url gateway)
	export LAKEHOUSE_GATEWAY
	{ items 4001 6500 && echo; } >"$DIR/more.ndjson"
	"$lakehouse" index load people --file "$DIR/more.ndjson" >"$DIR/body" 2>&1 || true
	expect_body "a file is loaded in batches" '^people: 2500 items, 2500 new, 0 in place of others; it holds 3998, '
	items 6501 6502 | sed '2s/\[/[1,/' | "$lakehouse" index load people --file - >"$DIR/body" 2>&1 || true
	expect_body "a bad line of standard input is named" '^lakehouse: standard input: line 2: .*\[dimension_mismatch\]'
	"$lakehouse" search people --like c-4001 --filter '{"city":"Austin"}' -k 7 --json >"$DIR/body" 2>&1 || true
	expect "a search by hand finds as many as it is to" 7 "$(grep -c '"id":' "$DIR/body" || true)"
	"$lakehouse" index stats people --recall 50 >"$DIR/body" 2>&1 || true
	expect_body "and the index is described" '^items +3998, with 3 fields of metadata'
	unset LAKEHOUSE_GATEWAY
}

names() {
	vectors PUT /aliases/crew '{"index":"people"}'
	expect "an alias leads to an index" "200 crew people" "$STATUS $(json alias) $(json index)"
	vectors POST /index/crew/search "{\"vector\":$(vector 5),\"k\":1}"
	expect "and is searched like it" "200 c-0005" "$STATUS $(json id)"
	vectors POST /index '{"name":"crew","dimension":4}'
	expect_problem "its name is taken" 409 index_exists
	vectors DELETE /index/crew
	expect_problem "and drops nothing" 400 bad_index
	vectors POST /index '{"name":"staff","dimension":2,"metric":"l2"}'
	vectors PUT /aliases/crew '{"index":"staff"}'
	vectors POST /index/crew/add '{"items":[{"id":"s-1","vector":[3,4]}]}'
	vectors POST /index/crew/search '{"vector":[0,0],"k":1}'
	expect_body "led elsewhere, it is another index: the distance is Euclid's" '"id":"s-1","score":0\.1666[0-9]*,"distance":5[,}]'
	vectors GET /aliases
	expect_body "the list knows it" '\{"alias":"crew","index":"staff"\}'
	vectors DELETE /aliases/crew
	expect_status "an alias is removed" 204
	vectors POST /index/crew/search '{"vector":[0,0]}'
	expect_problem "and leads nowhere" 404 index_not_found
	vectors DELETE /aliases/crew
	expect_problem "a second time there is none" 404 alias_not_found
	vectors DELETE /index/staff
	vectors DELETE /index/people
	expect_status "an index is dropped" 204
	vectors GET /index
	expect_body "and none is left" '^\{"indexes":\[\],"next_cursor":null\}'
	wait_for nothing_stored || fail "nothing of a dropped index stays in storage" "$(cat "$DIR/body")"
}

nothing_stored() {
	request "$(url storaged)/storage/objects?prefix=vectors/"
	grep -q '"objects":\[\]' "$DIR/body"
}

vectors_of_people() {
	printf '\n[gateway]\ndeployed = ["storaged", "vectord"]\n' >>"$DIR/lakehouse.toml"
	start_daemon storaged
	start_daemon vectord
	start_daemon gateway
	fill
	find_them
	refuse
	take_out
	by_hand
	names
}

on_each_backend vectors_of_people "$@"
