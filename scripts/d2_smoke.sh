#!/usr/bin/env bash
# d2: storaged alone. Objects go in, come out, are listed and deleted; conditions
# hold; the cap on an object's size and the cap on concurrent writes answer
# clearly; nothing acknowledged is lost by a kill -9.
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin d2
write_config
printf '\n[storaged]\nmax_concurrent_writes = 3\n' >>"$DIR/lakehouse.toml"
start_daemon storaged

O=$(url storaged)/storage/objects
printf 'one forklift operator, night shift\n' >"$DIR/a"
printf 'two forklift operators\n' >"$DIR/b"

request -T "$DIR/a" "$O/some/key.bin"
expect "PUT of a new object is 201 with key and size" "201 some/key.bin $(wc -c <"$DIR/a" | tr -d ' ')" "$STATUS $(json key) $(json size)"
request "$O/some/key.bin"
expect_status "GET is 200" 200
expect_same "with the same bytes" "$DIR/a" "$DIR/body"
etag=$(sed -n 's/^[Ee][Tt]ag: *\(.*[^[:space:]]\)[[:space:]]*$/\1/p' "$DIR/headers")
request -I "$O/some/key.bin"
expect_header "HEAD tells the size" "^content-length: $(wc -c <"$DIR/a" | tr -d ' ')"
request -r 4-11 "$O/some/key.bin"
expect "a range is 206" "206 forklift" "$STATUS $(cat "$DIR/body")"
request -r 9999- "$O/some/key.bin"
expect_status "one beyond the end is 416" 416
request -H "If-None-Match: $etag" "$O/some/key.bin"
expect_status "GET with the known ETag is 304" 304

request -T "$DIR/b" -H 'If-None-Match: *' "$O/some/key.bin"
expect_problem "PUT where nothing may be, over something, is 412" 412 precondition_failed
request -T "$DIR/b" -H 'If-Match: "not-this-one"' "$O/some/key.bin"
expect_problem "PUT over another version is 412" 412 precondition_failed
request -T "$DIR/b" -H "If-Match: $etag" "$O/some/key.bin"
expect_status "PUT over the known version replaces it with 200" 200
request "$O/some/key.bin"
expect_same "and the new bytes are there" "$DIR/b" "$DIR/body"

for key in some/other.bin some/deep/er.bin 'top%20level' 'some/gr%C3%BC%C3%9Fe'; do
	request -T "$DIR/a" "$O/$key"
	expect_status "PUT $key" 201
done
request "$O?prefix=some/&delimiter=/"
expect "a listing folds at the delimiter, in byte order" '["some/deep/"] some/gr' "$(grep -oE '"prefixes":\[[^]]*\]' "$DIR/body" | cut -d: -f2) $(json key | cut -c1-7)"
request "$O?limit=2"
expect "a page holds as many as asked for" 2 "$(grep -o '"key"' "$DIR/body" | wc -l | tr -d ' ')"
cursor=$(json next_cursor)
request -G --data-urlencode "cursor=$cursor" "$O?limit=1000"
expect "its cursor leads to the rest" 3 "$(grep -o '"key"' "$DIR/body" | wc -l | tr -d ' ')"
request "$O/some%2Fother.bin"
expect_status "%2F is a slash" 200

for key in 'a//b' 'a/../b' './a' 'a/%2e%2e/b' 'a%00b' 'a%0Ab'; do
	request --path-as-is -T "$DIR/a" "$O/$key"
	expect_problem "PUT $key is refused" 400 bad_key
done
request -T "$DIR/a" "$O/$(printf 'k%.0s' $(seq 1025))"
expect_problem "a key over 1,024 bytes is refused" 400 bad_key

request -X DELETE "$O/some/other.bin"
expect_status "DELETE is 204" 204
request "$O/some/other.bin"
expect_problem "and the object is gone" 404 object_not_found
request -X DELETE "$O/some/other.bin"
expect_status "DELETE of nothing is 204 too" 204

# 256 MiB exactly, and one byte more: with a declared length, and in chunks.
head -c 268435456 /dev/zero >"$DIR/full"
{ cat "$DIR/full" && printf x; } >"$DIR/over"
request -T "$DIR/full" "$O/big/full"
expect "an object of 256 MiB is taken" "201 268435456" "$STATUS $(json size)"
request -T "$DIR/over" "$O/big/over"
expect_problem "one byte more is refused" 413 object_too_large
expect "and the limit named" 268435456 "$(json limit)"
request -H 'Transfer-Encoding: chunked' -T "$DIR/over" "$O/big/over"
expect_problem "also where the length was not told" 413 object_too_large
request -I "$O/big/over"
expect_status "and nothing of it is there" 404
if [ -r "/proc/$(pid storaged)/status" ]; then
	peak=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$(pid storaged)/status")
	if [ "$peak" -lt 131072 ]; then
		pass "storaged never held an object in memory: its peak is $((peak / 1024)) MiB"
	else
		fail "storaged never held an object in memory" "peak $((peak / 1024)) MiB"
	fi
fi
rm -f "$DIR/full" "$DIR/over"

# Three slow writers fill the cap of three.
head -c 262144 /dev/zero >"$DIR/slow"
for writer in 1 2 3; do
	# A writer that comes while the probe below has the last place tries again.
	start "writer$writer" curl -sS --retry 50 --retry-delay 1 --limit-rate 2k -T "$DIR/slow" "$O/slow/$writer"
done
refused() {
	request -T "$DIR/a" "$O/one/more"
	[ "$STATUS" = 503 ]
}
wait_for refused || true
expect_problem "a writer beyond the cap is asked to come again" 503 too_many_writes
expect_header "and when" '^retry-after: [0-9]+'
request "$O/some/key.bin"
expect_status "reads go on meanwhile" 200

# The power goes in the middle of those three.
kill_hard storaged
for writer in 1 2 3; do
	kill_hard "writer$writer"
done
start_daemon storaged
request "$O/some/key.bin"
expect_same "after kill -9 what was acknowledged is there" "$DIR/b" "$DIR/body"
request "$O?prefix=slow/"
expect_body "and nothing of what was not" '"objects":\[\]'
request -T "$DIR/a" "$O/slow/1"
expect_status "and its keys can be written" 201

"$ROOT/bin/storaged" --config "$DIR/lakehouse.toml" --port-offset $((OFFSET + 100)) >"$DIR/body" 2>&1 && code=0 || code=$?
expect "a second storaged on the same folder is refused" 1 "$code"
expect_body "with the first one's pid" "$(pid storaged)"
