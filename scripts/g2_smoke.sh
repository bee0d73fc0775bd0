#!/usr/bin/env bash
# g2: embedd, through the gateway. Texts become vectors, which vectord keeps and finds by
# their meaning, also where it has them made itself; what is wrong is refused, in OpenAI's
# shape where OpenAI's API is spoken; and where Ollama is built, its all-MiniLM-L6-v2 makes
# the same vectors as the one built in.
#   scripts/g2_smoke.sh
. "$(dirname "${BASH_SOURCE[0]}")/smoke_lib.sh"
smoke_begin g2

embed() { request -d "$1" "$(url v1)/embed"; }

# vectors: those of the last answer, one in each line.
vectors() { grep -oE '\[-?[0-9][^]["]*\]' "$DIR/body" || true; }

# of_length_one: whether all of them are that.
of_length_one() {
	vectors | tr -d '[]' | awk -F, '{ sum = 0; for (i = 1; i <= NF; i++) sum += $i * $i; if (sum < 0.9999 || sum > 1.0001) bad = 1 }
		END { exit bad || NR == 0 }'
}

# alike FILE FILE: the least cosine of the vectors in two files, line by line.
alike() {
	paste -d ';' "$1" "$2" | tr -d '[]' | awk -F';' '{
		n = split($1, a, ","); m = split($2, b, ","); dot = x = y = 0
		for (i = 1; i <= n; i++) { dot += a[i] * b[i]; x += a[i] * a[i]; y += b[i] * b[i] }
		cosine = n == m && x > 0 && y > 0 ? dot / sqrt(x * y) : -1
		if (NR == 1 || cosine < least) least = cosine
	} END { printf "%.4f", least }'
}

# at_least TEXT WANT GOT
at_least() {
	if awk -v want="$2" -v got="$3" 'BEGIN { exit !(got >= want) }'; then
		pass "$1: $3"
	else
		fail "$1" "want at least $2, got $3"
	fi
}

TEXTS='["Forklift operator with five years on night shifts","Registered nurse in an intensive care unit","Welder who works on pipelines, certified","Accountant for payroll and taxes","Truck driver with a licence for hazardous goods"]'

pipeline() { # MODEL
	embed "{\"texts\":$TEXTS,\"model\":\"$1\"}"
	expect "$1: five texts become five vectors of 384 numbers" "200 $1 384 5" "$STATUS $(json model) $(json dimension) $(vectors | wc -l | tr -d ' ')"
	if of_length_one; then
		pass "$1: of length 1"
	else
		fail "$1: of length 1" "$(head -c 300 "$DIR/body")"
	fi
	vectors >"$DIR/$1.vectors"
	awk 'BEGIN { printf "{\"items\":[" } { printf "%s{\"id\":\"c-%d\",\"vector\":%s}", (NR > 1 ? "," : ""), NR, $0 } END { print "]}" }' \
		"$DIR/$1.vectors" >"$DIR/batch.json"
	request -d "{\"name\":\"resumes-$1\",\"dimension\":384,\"model\":\"$1\"}" "$(url v1)/vectors/index"
	expect_status "$1: an index of its vectors is made" 201
	request -d "@$DIR/batch.json" "$(url v1)/vectors/index/resumes-$1/add"
	expect "$1: they are added" "200 5" "$STATUS $(json added)"
	finds "$1" "someone who drives a forklift in a warehouse" c-1
	finds "$1" "nursing staff for a hospital" c-2
	finds "$1" "bookkeeping" c-4
}

finds() { # MODEL QUESTION ID
	embed "{\"texts\":[\"$2\"],\"model\":\"$1\",\"input_type\":\"query\"}"
	request -d "{\"vector\":$(vectors),\"k\":1}" "$(url v1)/vectors/index/resumes-$1/search"
	expect "$1: \"$2\" finds who it means" "200 $3" "$STATUS $(json id)"
}

# by_itself: an index that names a model has its vectors made.
by_itself() {
	request -d '{"name":"jobs","model":"minilm"}' "$(url v1)/vectors/index"
	expect "an index of a model has its dimension and its revision" "201 384 yes" \
		"$STATUS $(json dimension) $(grep -q '"model_revision":"sha256:53aa5117' "$DIR/body" && echo yes || cat "$DIR/body")"
	request -d '{"items":[{"id":"j-1","text":"Night shift in a warehouse, forklift licence needed"},{"id":"j-2","text":"Nurse wanted for an intensive care unit"}]}' "$(url v1)/vectors/index/jobs/add"
	expect "it takes texts" "200 2" "$STATUS $(json added)"
	request -d '{"text":"moving pallets by truck","mode":"vector","k":1}' "$(url v1)/vectors/index/jobs/search"
	expect "and finds them by what they mean" "200 j-1" "$STATUS $(json id)"
	"$ROOT/bin/lakehouse" --gateway "$(url gateway)" embed --format json 'hospital staff' >"$DIR/body" 2>&1 || true
	expect "the command line makes vectors" "minilm 384" "$(json model) $(json dimension)"
	"$ROOT/bin/lakehouse" --gateway "$(url gateway)" search jobs 'hospital staff' >"$DIR/body" 2>&1 || true
	expect "and searches by texts" "j-2" "$(grep -oE 'j-[12]' "$DIR/body" | head -n 1)"
}

refuse() {
	embed '{"texts":[]}'
	expect_problem "no text is refused" 400 bad_text
	embed '{"texts":["a","  "]}'
	expect_problem "and so is one of spaces alone" 400 bad_text
	expect_body "by its number" '"item":1'
	embed '{"texts":["a"],"model":"nobody"}'
	expect_problem "a model that is not there is refused" 404 model_not_found
	expect_body "with those that are" '"models":\[.*"minilm"'
	embed "{\"texts\":[$(awk 'BEGIN { for (i = 1; i < 10000; i++) printf "\"a\","; print "\"a\"" }')]}"
	expect_problem "ten thousand texts are too many" 413 too_many_texts
	awk 'BEGIN { printf "{\"texts\":[\""; for (i = 0; i < 2000000; i++) printf "word "; print "\"]}" }' >"$DIR/long.json"
	embed "@$DIR/long.json"
	expect_body "of 10 MB of text the model reads the beginning, and says so" '"truncated":\[true\]'
	embed '{"texts":["a"],"revision":"sha256:another"}'
	expect_problem "a revision that the model does not have is refused" 409 model_changed
	request -d '{"input":[1,2,3]}' "$(url v1)/embeddings"
	expect_body "tokens are refused in OpenAI's shape" '^\{"error":\{"message":"[^"]*(\\"[^"]*)*","type":"invalid_request_error","param":"input","code":"not_supported"\}\}'
}

as_openai() {
	if ! "$TOOLS/venv/bin/python" -c 'import openai' 2>/dev/null; then
		skip "OpenAI's own client: scripts/tools-python.sh could not bring it"
		return
	fi
	"$TOOLS/venv/bin/python" - "$(url v1)" >"$DIR/openai.out" 2>&1 <<-'END' || true
		import openai, sys
		client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
		texts = ["forklift operator", "registered nurse"]
		packed = client.embeddings.create(model="minilm", input=texts)
		plain = client.embeddings.create(model="minilm", input=texts, encoding_format="float")
		print(packed.model, [len(e.embedding) for e in packed.data], packed.usage.total_tokens == packed.usage.prompt_tokens)
		print(all(abs(a - b) < 1e-6 for p, q in zip(packed.data, plain.data) for a, b in zip(p.embedding, q.embedding)))
		try:
		    client.embeddings.create(model="gpt", input="a")
		except openai.NotFoundError as e:
		    print(e.code, e.param, e.type)
		try:
		    client.embeddings.create(model="minilm", input="a", dimensions=8)
		except openai.BadRequestError as e:
		    print(e.code, e.param)
	END
	expect "OpenAI's own client gets its vectors, packed and plain, and its errors" \
		"minilm [384, 384] True|True|model_not_found model invalid_request_error|dimensions_not_supported dimensions|" "$(tr '\n' '|' <"$DIR/openai.out")"
}

without_embedd() {
	stop embedd
	embed '{"texts":["a"]}'
	expect_problem "with embedd down its paths answer 503" 503 service_unavailable
	request -d '{"text":"warehouse"}' "$(url v1)/vectors/index/jobs/search"
	expect "and so does a search by a text, which names it" "503 embedd" "$STATUS $(json service)"
	request -d '{"text":"warehouse","mode":"lexical"}' "$(url v1)/vectors/index/jobs/search"
	expect "but one by words finds" "200 j-1" "$STATUS $(json id)"
	request -d '{"input":"a"}' "$(url v1)/embeddings"
	expect "in OpenAI's shape where that is due" "503 server_error service_unavailable" "$STATUS $(json type) $(json code)"
	start_daemon embedd
	embed '{"texts":["a"]}'
	expect_status "and when it is back they serve" 200
}

on_ollama() {
	if [ ! -x "$TOOLS/bin/ollama" ] || [ ! -d "$TOOLS/ollama/models/manifests" ]; then
		skip "the same on Ollama: it is not built; scripts/tools.sh ollama does that"
		return
	fi
	embed '{"texts":["a"],"model":"ollama"}'
	expect_problem "with Ollama down its model is a 503" 503 provider_unavailable
	expect_body "that says how to start it" 'ollama serve'
	HOME=$DIR OLLAMA_HOST=127.0.0.1:$(port ollama) OLLAMA_MODELS=$TOOLS/ollama/models OLLAMA_NOPRUNE=1 start ollama "$TOOLS/bin/ollama" serve
	wait_for curl -fs "$(url ollama)/api/version" || abort "Ollama serves" "$(tail -n 5 "$DIR/ollama.log")"
	wait_for ollama_is_back || fail "embedd finds Ollama when it is there" "$(cat "$DIR/body")"
	pipeline ollama
	at_least "the built-in model makes the same vectors as Ollama's, by the least cosine" 0.99 "$(alike "$DIR/minilm.vectors" "$DIR/ollama.vectors")"
	embed '{"texts":["a"],"model":"missing"}'
	expect_body "a model that Ollama does not have is told with what gets it" 'ollama pull missing'
	kill -KILL -- "-$(pid ollama)" # with the process that runs the model, which would stay
	wait "$(pid ollama)" 2>/dev/null || true
	forget ollama
	embed '{"texts":["a text that nobody asked for yet"],"model":"ollama"}'
	expect_problem "Ollama that was killed is told" 503 provider_unavailable
	embed '{"texts":["a text that nobody asked for yet"]}'
	expect_status "and the built-in model serves as before" 200
}

ollama_is_back() {
	embed '{"texts":["a"],"model":"ollama"}'
	[ "$STATUS" = 200 ]
}

write_config local
cat >>"$DIR/lakehouse.toml" <<-TOML
	[embedd.models.ollama]
	provider = "ollama"
	url = "$(url ollama)"
	model = "all-minilm"

	[embedd.models.missing]
	provider = "ollama"
	url = "$(url ollama)"

	[gateway]
	deployed = ["storaged", "vectord", "embedd"]
TOML
for daemon in storaged embedd vectord gateway; do
	start_daemon "$daemon"
done
request "$(url v1)/embed/models"
expect "the built-in model is there, and the default" "200 minilm builtin true true 384" "$STATUS $(json name) $(json provider) $(json default) $(json ready) $(json dimension)"
pipeline minilm
by_itself
refuse
as_openai
without_embedd
on_ollama
expect "no text is in any log" "" "$(grep -lE 'Forklift operator|forklift operator|nursing staff|nobody asked' "$DIR"/embedd.log "$DIR"/gateway.log "$DIR"/vectord.log || true)"
