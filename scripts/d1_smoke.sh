#!/usr/bin/env bash
# d1: the skeleton. Six daemons start in any order, each with its own health,
# readiness, metrics and configuration check; the gateway shows them as one and
# names the one that is down; the door is kept.
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin d1
write_config

DAEMONS="gateway vectord embedd queryd ingestd catalogd storaged"

# Against the order of who needs whom: a peer that is not up yet is no reason to
# fail, only not to be ready.
for daemon in $DAEMONS; do
	launch "$daemon"
done
for daemon in $DAEMONS; do
	await "$daemon"
done
pass "six daemons start in any order"

for daemon in $DAEMONS; do
	request "$(url "$daemon")/health"
	expect "$daemon: /health is 200 and names it" "200 ok $daemon" "$STATUS $(json status) $(json service)"
	request "$(url "$daemon")/metrics"
	expect_body "$daemon: /metrics counts its requests" '^lakehouse_http_requests_total'
	request "$(url "$daemon")/no/such/route"
	expect_problem "$daemon: an unknown route is a problem with a code" 404 route_not_found
	expect_header "$daemon: errors are application/problem+json" '^content-type: application/problem\+json'
	expect "$daemon: --version names itself" "$daemon" "$("$ROOT/bin/$daemon" --version | cut -d' ' -f1)"
	"$ROOT/bin/$daemon" --config "$DIR/lakehouse.toml" --check >"$DIR/body" 2>&1 || true
	expect_body "$daemon: --check prints the effective configuration" "port_offset = $OFFSET"
done

printf '[fleet]\ndata = "x"\nports = 7\n' >"$DIR/wrong.toml"
"$ROOT/bin/storaged" --config "$DIR/wrong.toml" --check >"$DIR/body" 2>&1 && code=0 || code=$?
expect "an unknown key is refused" 1 "$code"
expect_body "and its line is named" 'line 3.*ports'
LAKEHOUSE_FLEET_BIND=0.0.0.0 "$ROOT/bin/storaged" --config "$DIR/lakehouse.toml" --port-offset 1 >"$DIR/body" 2>&1 && code=0 || code=$?
expect "a bind beyond loopback without a token is refused" 1 "$code"
expect_body "and the remedy is named" 'AUTH_TOKEN'

request "$(url v1)/health"
expect "the gateway's /v1/health is the fleet's" "200 ok" "$STATUS $(json status)"
for daemon in storaged catalogd ingestd queryd embedd vectord; do
	expect_body "it tells of $daemon" "\"$daemon\":\{\"status\":\"ok\""
done
request "$(url v1)/openapi.json"
expect_body "the specification is there" '"openapi": ?"3\.1'
request "$(url gateway)/docs"
expect_status "and its viewer" 200
for path in storage/objects catalog/list sql/queries vectors/index embed/models; do
	request "$(url v1)/$path"
	expect_status "GET /v1/$path reaches its daemon" 200
done
request -H 'X-Request-Id: smoke-d1' "$(url v1)/catalog/list"
expect_header "a request id comes back" '^x-request-id: smoke-d1'
request "$(url v1)/catalog/list?nonsense=1"
expect_problem "an unknown query parameter is refused" 400 unknown_parameter
expect_body "and named" 'nonsense'

request -H 'Host: evil.example' "$(url v1)/catalog/list"
expect_problem "a foreign Host is refused" 421 host_not_allowed
request -H 'X-Forwarded-For: 203.0.113.9' "$(url v1)/catalog/list"
expect_problem "forwarding headers without a token are refused" 403 proxy_without_token
request -X DELETE -H 'Origin: https://evil.example' -H 'Sec-Fetch-Site: cross-site' "$(url v1)/storage/objects/x"
expect_problem "a write from another origin is refused" 403 cross_origin

stop queryd
pass "queryd drains and ends on SIGTERM"
request "$(url v1)/health"
expect "with queryd down the fleet is degraded, and says so with 200" "200 degraded" "$STATUS $(json status)"
request -d '{"sql":"select 1"}' "$(url v1)/sql"
expect_problem "its paths answer 503" 503 service_unavailable
expect_body "and name it" '"service":"queryd"'
expect_header "and say when to come again" '^retry-after: [0-9]+'
start_daemon queryd
request -d '{"sql":"select 1 as one"}' "$(url v1)/sql"
expect_status "when it is back they answer, with nothing else restarted" 200

while [ ${#PIDS[@]} -gt 0 ]; do
	end_process $((${#PIDS[@]} - 1))
done
printf 'AUTH_TOKEN=full-token-of-d1\nAUTH_TOKEN_READ=read-token-of-d1\n' >"$DIR/auth.env"
TOKEN=full-token-of-d1
for daemon in $DAEMONS; do
	launch "$daemon"
done
for daemon in $DAEMONS; do
	await "$daemon"
done
request "$(url gateway)/health"
expect_status "with a token set, /health needs none" 200
request "$(url v1)/catalog/list"
expect_problem "anything else does" 401 unauthorized
expect_header "and says how" '^www-authenticate: bearer'
request -H "Authorization: Bearer $TOKEN" "$(url v1)/catalog/list"
expect_status "the token opens it, through the gateway to the daemon" 200
request -H 'Authorization: Bearer read-token-of-d1' -d '{"sql":"select 1"}' "$(url v1)/sql"
expect_status "the read token may query" 200
request -H 'Authorization: Bearer read-token-of-d1' -T "$DIR/auth.env" "$(url v1)/storage/objects/x"
expect_problem "and not write" 403 read_only_token
request -H 'Authorization: Bearer read-token-of-d1' -d '{"text":"a"}' "$(url v1)/vectors/index/nobody/search"
expect_problem "it may search an index" 404 index_not_found
request -H 'Authorization: Bearer read-token-of-d1' -d '{"texts":["a"]}' "$(url v1)/embed"
expect_status "and have vectors made" 200
request -H 'Authorization: Bearer read-token-of-d1' -d '{"name":"a","dimension":2}' "$(url v1)/vectors/index"
expect_problem "and make none" 403 read_only_token
expect "no token is in any log" "" "$(grep -lE 'full-token-of-d1|read-token-of-d1' "$DIR"/*.log || true)"
