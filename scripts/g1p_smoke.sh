#!/usr/bin/env bash
# g1p: what vectord acknowledged is kept. vectord, and storaged under it, are killed
# while batches come in; afterwards every acknowledged batch is there whole and no
# batch half, and searches answer as before.
#   scripts/g1p_smoke.sh [local|minio]
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin g1p

# Each batch has so many items; each item has as many numbers as DIMENSION.
BATCH=20
DIMENSION=8

vectors() { # METHOD PATH [BODY]
	request -X "$1" ${3:+-d "$3"} "$(url vectord)/vectors$2"
}

# body WRITER NUMBER: a batch that its writer and number give, as the body of an add.
body() {
	local x=$(($2 * 7919 + $(printf '%d' "'$1") * 104729 + 17)) i j items="" numbers
	for ((i = 1; i <= BATCH; i++)); do
		numbers=""
		for ((j = 0; j < DIMENSION; j++)); do
			x=$((x * 16807 % 2147483647))
			numbers+=",$((x / 1000 % 1001 - 500))"
		done
		items+=",{\"id\":\"$1-$2-$i\",\"vector\":[${numbers#,}],\"text\":\"welder\",\"metadata\":{\"batch\":\"$1-$2\",\"n\":$i}}"
	done
	echo "{\"items\":[${items#,}]}"
}

# write_batches WRITER: adds one batch after the other until one is not acknowledged.
write_batches() {
	local number code
	for ((number = 1; number <= 5000; number++)); do
		code=$(curl -s --max-time 60 -o /dev/null -w '%{http_code}' -d "$(body "$1" $number)" "$(url vectord)/vectors/index/people/add" || true)
		[ "$code" = 200 ] || break
		echo "$1-$number" >>"$DIR/acknowledged"
	done
	echo "$code" >"$DIR/ended-$1"
}

# both_write WRITER WRITER: each has a few batches in.
both_write() {
	[ "$(grep -c "^$1-" "$DIR/acknowledged")" -ge 15 ] && [ "$(grep -c "^$2-" "$DIR/acknowledged")" -ge 15 ]
}

# kill_amid_adds DAEMON WRITER WRITER: kills it while both add.
kill_amid_adds() {
	local daemon=$1 writer
	start "$2" write_batches "$2"
	start "$3" write_batches "$3"
	wait_for both_write "$2" "$3" || fail "batches are acknowledged before $daemon is killed"
	kill_hard "$daemon"
	wait_for test -s "$DIR/ended-$2" -a -s "$DIR/ended-$3" || fail "the writers notice that $daemon is gone"
	expect "a batch on its way is not acknowledged" "no" "$(grep -qx 200 "$DIR/ended-$2" "$DIR/ended-$3" && echo yes || echo no)"
	for writer in "$2" "$3"; do
		wait "$(pid "$writer")" || true
		forget "$writer"
	done
}

# batches: how many items of each there are, as lines "NUMBER BATCH".
batches() {
	local cursor=""
	: >"$DIR/ids"
	while :; do
		request "$(url vectord)/vectors/index/people/scroll?limit=1000&cursor=$cursor"
		[ "$STATUS" = 200 ] || abort "the items are listed" "$STATUS $(cat "$DIR/body")"
		grep -oE '"id":"[^"]*"' "$DIR/body" | sed -E 's/"id":"(.*)-[0-9]+"/\1/' >>"$DIR/ids" || true
		cursor=$(json next_cursor)
		[ "$cursor" != null ] || break
	done
	sort "$DIR/ids" | uniq -c | sed 's/^ *//'
}

# expect_kept WHEN: all that was acknowledged is there, whole, and nothing half.
expect_kept() {
	batches >"$DIR/there"
	expect "$1 every acknowledged batch is there" "" \
		"$(sed 's/^[0-9]* //' "$DIR/there" | sort | comm -13 - <(sort "$DIR/acknowledged") | tr '\n' ' ')"
	expect "and no batch is half there" "" "$(awk -v whole=$BATCH '$1 != whole' "$DIR/there")"
}

# answers FILE: to twenty exact questions, one by words, and what is told of the index.
answers() {
	local number questions=""
	for ((number = 1; number <= 20; number++)); do
		questions+=",$(body q $number | grep -oE '\[-?[0-9]+(,-?[0-9]+)*\]' | head -n 1)"
	done
	vectors POST /index/people/search "{\"vectors\":[${questions#,}],\"k\":10,\"exact\":true,\"with_vector\":true}"
	cp "$DIR/body" "$1"
	vectors POST /index/people/search '{"vector":[1,2,3,4,5,6,7,8],"k":10,"exact":true,"filter":{"n":{"lte":3}}}'
	cat "$DIR/body" >>"$1"
	vectors POST /index/people/search '{"text":"changed","k":20}'
	cat "$DIR/body" >>"$1"
	vectors POST /index/people/count '{}'
	cat "$DIR/body" >>"$1"
}

# everything_is_linked: no item waits for its place in the graph.
everything_is_linked() {
	vectors GET /index/people
	[ "$(json waiting)" = 0 ]
}

expect_recall() {
	wait_for everything_is_linked || fail "every item comes into the graph"
	vectors GET '/index/people?recall=200'
	if awk -v recall="$(json recall)" 'BEGIN { exit !(recall >= 0.95) }'; then
		pass "$1: $(json recall)"
	else
		fail "$1" "$(cat "$DIR/body")"
	fi
}

kept() {
	rm -f "$DIR"/acknowledged "$DIR"/ended-*
	: >"$DIR/acknowledged"
	start_daemon storaged
	start_daemon vectord
	vectors POST /index "{\"name\":\"people\",\"dimension\":$DIMENSION}"
	expect_status "an index is made" 201
	vectors POST /index "{\"name\":\"passing\",\"dimension\":2,\"persist\":false}"
	vectors PUT /aliases/crew '{"index":"people"}'
	expect_status "and has an alias" 200

	kill_amid_adds vectord a b
	start_daemon vectord
	expect_kept "after kill -9 of vectord amid adds"
	vectors GET /index/passing
	expect_problem "an index that is not persisted is gone" 404 index_not_found
	kill_amid_adds storaged c d
	start_daemon storaged
	await vectord
	expect_kept "after kill -9 of storaged amid adds"
	vectors POST /index/people/add "$(body e 1)"
	expect "and adds go on" "200 $BATCH" "$STATUS $(json added)"
	echo e-1 >>"$DIR/acknowledged"
	kill_hard vectord
	start_daemon vectord
	expect_kept "read from storage again"

	vectors POST /index/people/delete '{"filter":{"batch":"a-2"}}'
	expect "a batch is deleted" "200 $BATCH" "$STATUS $(json deleted)"
	sed -i.before '/^a-2$/d' "$DIR/acknowledged"
	vectors POST /index/people/metadata '{"ids":["a-1-1","a-1-2"],"set":{"text":"changed"}}'
	expect "metadata are changed" "200 2" "$STATUS $(json updated)"
	vectors POST /index/people/add "{\"items\":[{\"id\":\"e-1-1\",\"vector\":[9,9,9,9,9,9,9,9],\"metadata\":{\"batch\":\"e-1\"}}]}"
	expect "an item is replaced" "200 0 1" "$STATUS $(json added) $(json updated)"
	answers "$DIR/before"
	expect_recall "the graph finds 95 of 100 that are nearest"
	kill_hard vectord
	kill_hard storaged

	# Without storaged nothing is known, and nothing is made up.
	launch vectord
	wait_for curl -s --max-time 5 -o /dev/null "$(url vectord)/health" || fail "vectord serves before storaged is there"
	request "$(url vectord)/ready"
	expect "without storaged vectord is not ready, and says so" "503 yes" "$STATUS $(grep -q storaged "$DIR/body" && echo yes || cat "$DIR/body")"
	vectors POST /index/people/search '{"text":"changed"}'
	expect "and a search is a 503 that names it" "503 storaged" "$STATUS $(json service)"
	start_daemon storaged
	await vectord

	answers "$DIR/after"
	expect_same "when it is there, searches answer as before" "$DIR/before" "$DIR/after"
	expect_recall "and the graph that was read finds as much"
	expect_kept "and"
	expect "what was deleted is not" "" "$(grep ' a-2$' "$DIR/there" || true)"
	vectors POST /index/crew/search '{"text":"changed"}'
	expect "the alias still leads to the index" "200 a-1-1" "$STATUS $(json id)"
	vectors GET /index/people
	expect_body "and nothing was damaged" '"damage":\[\]'

	vectors DELETE /index/people
	expect_status "a dropped index" 204
	kill_hard vectord
	start_daemon vectord
	vectors GET /index/people
	expect_problem "is not there again after kill -9" 404 index_not_found
	wait_for nothing_stored || fail "and nothing of it stays in storage" "$(cat "$DIR/body")"
}

nothing_stored() {
	request "$(url storaged)/storage/objects?prefix=vectors/"
	grep -q '"objects":\[\]' "$DIR/body"
}

on_each_backend kept "$@"
