#!/usr/bin/env bash
# mcp: clients that others made speak to mcpd over standard input and output, before a
# fleet that asks for a token. The official SDK goes through everything in both revisions
# of the protocol; the inspector asks some of it again. mcpd has the read token.
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin mcp
TOKEN=full-token-of-mcp READ=read-token-of-mcp

start_fleet() {
	local daemon
	write_config local
	printf 'AUTH_TOKEN=%s\nAUTH_TOKEN_READ=%s\n' "$TOKEN" "$READ" >"$DIR/auth.env"
	printf '\n[gateway]\ndeployed = ["storaged", "catalogd", "ingestd", "queryd", "embedd", "vectord"]\n' >>"$DIR/lakehouse.toml"
	for daemon in storaged catalogd ingestd queryd embedd vectord gateway; do
		launch "$daemon"
	done
	for daemon in storaged catalogd ingestd queryd embedd vectord gateway; do
		await "$daemon"
	done
}

fill() {
	local auth="Authorization: Bearer $TOKEN"
	placements_csv 3000 >"$DIR/placements.csv"
	request -H "$auth" -F "file=@$DIR/placements.csv" "$(url v1)/ingest?name=placements"
	expect "the sample is loaded" "201 3000" "$STATUS $(json rows)"
	request -H "$auth" -d '{"name":"people","dimension":2}' "$(url v1)/vectors/index"
	request -H "$auth" -d '{"items":[{"id":"c-1","vector":[1,0],"text":"forklift, nights"},{"id":"c-2","vector":[0,1],"text":"welder"}]}' "$(url v1)/vectors/index/people/add"
	expect "and an index" "200 2" "$STATUS $(json added)"
}

# findings: the lines of a client become assertions of this smoke.
findings() {
	local line
	while read -r line; do
		case $line in
		"ok - "*) pass "$1: ${line#ok - }" ;;
		*) fail "$1: ${line#not ok - }" ;;
		esac
	done <"$DIR/findings"
}

sdk() {
	local revision
	if ! go build -C "$ROOT/scripts/mcp/sdk" -o "$DIR/sdk" . 2>"$DIR/body"; then
		skip "the official SDK as a client: it cannot be built: $(tail -n 1 "$DIR/body")"
		return
	fi
	for revision in 2026-07-28 2025-11-25; do
		AUTH_TOKEN=$READ "$DIR/sdk" "$revision" "$ROOT/bin/mcpd" --gateway "$(url gateway)" >"$DIR/findings" 2>>"$DIR/mcpd.log" ||
			echo "not ok - it goes through to its end" >>"$DIR/findings"
		findings "sdk $revision"
	done
}

# inspect ARGUMENTS...: what the inspector prints is in $DIR/body.
inspect() {
	"$TOOLS/inspector/node_modules/.bin/mcp-inspector" --cli -e AUTH_TOKEN="$READ" "$ROOT/bin/mcpd" --gateway "$(url gateway)" "$@" >"$DIR/body" 2>&1 || true
}

inspector() {
	if [ ! -x "$TOOLS/inspector/node_modules/.bin/mcp-inspector" ]; then
		skip "the inspector as a client: it is not in .tools, see what scripts/tools.sh says"
		return
	fi
	inspect --method tools/list
	expect "the inspector lists the tools" "list_datasets get_manifest query_sql embed_text search_vectors" \
		"$(grep -oE '"name": "(list|get|query|embed|search)_[a-z]+"' "$DIR/body" | sed 's/"name": "//; s/"//' | tr '\n' ' ' | sed 's/ $//')"
	inspect --method tools/call --tool-name query_sql --tool-arg 'sql=SELECT count(*) AS n FROM placements'
	expect_body "and asks in SQL" '^ +3000$'
	inspect --method resources/read --uri lakehouse://datasets
	expect_body "and reads a resource" 'placements'
	inspect --method resources/read --uri lakehouse://indexes
	expect_body "and the indexes" 'people.*by_meaning'
	inspect --method prompts/get --prompt-name explore --prompt-args dataset=placements
	expect_body "and gets a prompt" 'SUMMARIZE placements'
}

by_hand() {
	local call='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_datasets","arguments":{}}}'
	"$ROOT/bin/mcpd" --gateway "$(url gateway)" <<<"$call" >"$DIR/body" 2>>"$DIR/mcpd.log"
	expect_body "without a token a call is refused, and says what to do" '"isError":true'
	expect_body "with the code" 'unauthorized: .*AUTH_TOKEN'
	AUTH_TOKEN=$READ "$ROOT/bin/lakehouse" mcp config --client code --gateway "$(url gateway)" >"$DIR/body" 2>&1 || true
	expect_body "the command line prints how Claude Code starts it" "^claude mcp add .* lakehouse -- $ROOT/bin/mcpd --gateway $(url gateway)\$"
	expect "no token is in any log or configuration" "" "$(grep -lE "$TOKEN|$READ" "$DIR"/*.log "$DIR/body" || true)"
}

start_fleet
fill
sdk
inspector
by_hand
