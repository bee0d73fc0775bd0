package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// besideWeaviate lets both answer the same queries over HTTP, each at the ef that it needs
// for enough recall.
func (b *bench) besideWeaviate(ctx context.Context, d *daemon, base string, queries *set) error {
	if _, err := os.Stat(b.weaviate); err != nil {
		say("Weaviate is left out: %v", err)
		b.missing = append(b.missing, "Weaviate")
		return nil
	}
	w, err := b.startWeaviate(ctx)
	if err != nil {
		return err
	}
	defer w.Stop()
	if err := w.fill(ctx, base, b.dim); err != nil {
		return err
	}
	say("%d vectors are in Weaviate", b.n)
	ours := &rival{name: "Lakehouse", to: func(n int) *caller { return d.to("/search", formats()[1], n) },
		bodies: func(ef int) ([][]byte, error) { return singles(queries.list, ef) }, found: singleFound, processor: d.Processor}
	theirs := &rival{name: w.version, to: w.graphQL, bodies: func(int) ([][]byte, error) { return w.questions(queries.list) }, found: w.found,
		setEf: w.setEf, processor: func() time.Duration { return processes.Processor(w.PID()) }}
	for _, r := range []*rival{ours, theirs} {
		if err := r.tune(ctx, queries); err != nil {
			return err
		}
		say("%s at ef %d (%.3f)", r.name, r.setting.ef, r.setting.recall)
	}
	return b.compete(ctx, ours, theirs)
}

// weaviate is the peer, on free ports, with a collection of vectors that we bring.
type weaviate struct {
	*processes.Process
	base    string
	version string
}

// collection is its name there, where one begins with a capital.
const collection = "Bench"

// startWeaviate starts it on a fresh folder, with the engine's parameters of the graph.
func (b *bench) startWeaviate(ctx context.Context) (*weaviate, error) {
	var ports [7]string
	for i := range ports {
		port, err := processes.FreePort()
		if err != nil {
			return nil, err
		}
		ports[i] = strconv.Itoa(port)
	}
	env := []string{
		"PERSISTENCE_DATA_PATH=" + filepath.Join(b.scratch, "weaviate"), "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true",
		"DEFAULT_VECTORIZER_MODULE=none", "DISABLE_TELEMETRY=true", "GO_PROFILING_DISABLE=true", "LOG_LEVEL=warning",
		"CLUSTER_HOSTNAME=bench", "CLUSTER_ADVERTISE_ADDR=127.0.0.1", "CLUSTER_BIND_ADDR=127.0.0.1",
		"GRPC_PORT=" + ports[1], "CLUSTER_GOSSIP_BIND_PORT=" + ports[2], "CLUSTER_DATA_BIND_PORT=" + ports[3],
		"RAFT_PORT=" + ports[4], "RAFT_INTERNAL_RPC_PORT=" + ports[5], "RAFT_BOOTSTRAP_EXPECT=1", "PROMETHEUS_MONITORING_PORT=" + ports[6],
	}
	p, err := processes.Start(b.scratch, "weaviate", env, nil, b.weaviate, "--host", "127.0.0.1", "--port", ports[0], "--scheme", "http")
	if err != nil {
		return nil, err
	}
	w := &weaviate{Process: p, base: "http://127.0.0.1:" + ports[0] + "/v1"}
	if err := w.prepare(ctx); err != nil {
		p.Stop()
		return nil, err
	}
	return w, nil
}

func (w *weaviate) prepare(ctx context.Context) error {
	if err := w.Await(ctx, w.base+"/.well-known/ready", http.StatusOK); err != nil {
		return err
	}
	var meta struct{ Version string }
	if err := w.call(ctx, http.MethodGet, "/meta", nil, &meta); err != nil {
		return err
	}
	w.version = "Weaviate " + meta.Version
	return w.call(ctx, http.MethodPost, "/schema", w.schema(64), nil)
}

// schema is the collection's, at an ef.
func (w *weaviate) schema(ef int) map[string]any {
	return map[string]any{
		"class": collection, "vectorizer": "none", "vectorIndexType": "hnsw",
		"vectorIndexConfig": map[string]any{"distance": "cosine", "maxConnections": 16, "efConstruction": 200, "ef": ef},
	}
}

// setEf sets the ef of the searches to come.
func (w *weaviate) setEf(ctx context.Context, ef int) error {
	return w.call(ctx, http.MethodPut, "/schema/"+collection, w.schema(ef), nil)
}

// call sends what is to be sent as JSON, and reads the answer.
func (w *weaviate) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, w.base+path, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("weaviate: %s %s: %s", method, path, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// fill adds the vectors of a file. An item's number is the end of its id, a UUID.
func (w *weaviate) fill(ctx context.Context, path string, dim int) error {
	list, err := read[float32](path)
	if err != nil {
		return err
	}
	type object struct {
		Class  string    `json:"class"`
		ID     string    `json:"id"`
		Vector []float32 `json:"vector"`
	}
	id := 0
	for part := range slices.Chunk(rows(list, dim), batch) {
		var objects []object
		for _, v := range part {
			objects = append(objects, object{collection, fmt.Sprintf("00000000-0000-4000-8000-%012d", id), v})
			id++
		}
		var done []struct {
			Result struct {
				Status string
				Errors json.RawMessage
			}
		}
		if err := w.call(ctx, http.MethodPost, "/batch/objects", map[string]any{"objects": objects}, &done); err != nil {
			return err
		}
		for _, o := range done {
			if o.Result.Status != "SUCCESS" {
				return fmt.Errorf("weaviate: an object was not added: %s", o.Result.Errors)
			}
		}
	}
	return nil
}

// graphQL is where its searches go.
func (w *weaviate) graphQL(clients int) *caller {
	return &caller{http: callers(clients), url: w.base + "/graphql", media: "application/json"}
}

// questions are bodies that ask for the ids nearest to one vector each.
func (w *weaviate) questions(list [][]float32) (bodies [][]byte, err error) {
	bodies = make([][]byte, len(list))
	for i, v := range list {
		numbers, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		query := fmt.Sprintf("{Get{%s(limit:%d,nearVector:{vector:%s}){_additional{id distance}}}}", collection, k, numbers)
		if bodies[i], err = json.Marshal(map[string]string{"query": query}); err != nil {
			return nil, err
		}
	}
	return bodies, nil
}

func (w *weaviate) found(answer []byte) ([][]int, error) {
	var doc struct {
		Data   struct{ Get map[string][]hit }
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(answer, &doc); err != nil {
		return nil, err
	}
	if len(doc.Errors) > 0 {
		return nil, errors.New("weaviate: " + doc.Errors[0].Message)
	}
	var list []int
	for _, h := range doc.Data.Get[collection] {
		id, err := strconv.Atoi(h.Additional.ID[strings.LastIndexByte(h.Additional.ID, '-')+1:])
		if err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return [][]int{list}, nil
}

// hit is one of its results.
type hit struct {
	Additional struct{ ID string } `json:"_additional"`
}
