# What can be done here. "just" alone lists it.

[private]
default:
    @just --list --unsorted

# build every command into bin/
build:
    @bash scripts/build.sh

# format, vet, staticcheck, build, tests with the race detector, smokes
verify:
    @bash scripts/verify.sh

# one day's smoke, 1 to 6, on its own: just smoke 4 [local|minio]
smoke day *backend: build
    @bash scripts/d{{ day }}_smoke.sh {{ backend }}

# the smoke of vectors: indexes, searches, what is refused: just g1 [local|minio]
g1 *backend: build
    @bash scripts/g1_smoke.sh {{ backend }}

# the smoke of vectors that are kept: kill -9 while they come in: just g1p [local|minio]
g1p *backend: build
    @bash scripts/g1p_smoke.sh {{ backend }}

# the smoke of texts: embed, add, search, on the built-in model and, where scripts/tools.sh ollama has built it, on Ollama
g2: build
    @bash scripts/g2_smoke.sh

# the smoke of mcpd: clients that others made, before a fleet
mcp: build
    @bash scripts/mcp_smoke.sh

# look at what a fleet needs of this box, and say what to mend
doctor *args: build
    @bin/lakehouse doctor {{ args }}

# write docs/api/openapi.json from the routes and the words of the source
spec:
    go run ./docs/api/gen

# format the Go code
fmt:
    gofmt -w cmd deploy internal scripts

# measure, each row beside its peer; the table goes to standard output
bench *args: build
    @bash scripts/bench/run.sh {{ args }}

# measure the engine of vectors beside hnswlib, faiss and usearch, or with --http the daemon beside Weaviate: just bench-vectors [--quick] [--growth] [--http] [--real] [--coder]
bench-vectors *args:
    @bash scripts/bench/vectors/run.sh {{ args }}

# measure mcpd: from its start to the list of tools, and what it costs a statement
bench-mcp *args: build
    @go run ./scripts/bench/mcp {{ args }}

# measure how well texts find each other by the embedded model, by words and by both, beside the model in float32
bench-retrieval:
    @bash scripts/bench/retrieval/run.sh

# measure the built-in model of texts beside onnxruntime, in float32 and int8: just bench-minilm [--rounds N]
bench-minilm *args:
    @bash scripts/bench/minilm/run.sh {{ args }}

# run verify before every push from this clone
install-hooks:
    @bash scripts/install-hooks.sh

# kill a fleet's processes, 200 times or as told, and see that nothing is lost: just crash [local|minio] [kills] [seed]
crash *args:
    @bash scripts/crash.sh {{ args }}

# remove what was built here; .tools/ stays, it took minutes
clean:
    rm -rf bin
