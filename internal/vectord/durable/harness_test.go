package durable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

const dimension = 8

// never is a limit that no test reaches.
const never = 1 << 40

// options of an index that does nothing by itself: no generation, no merge.
func options(s *storage.Client, t testing.TB) durable.Options {
	return durable.Options{
		ID: "0198-index", Storage: s, Kernels: simd.Best(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Engine: engine.Config{Dimension: dimension, Metric: hnsw.L2, EfConstruction: 40, MaxItems: 20_000},
		Limits: durable.Limits{GenerationBytes: never, MergeObjects: 1 << 30, Patience: 5 * time.Second, Pause: 10 * time.Millisecond},
	}
}

func create(t testing.TB, o durable.Options) *durable.Index {
	t.Helper()
	x, err := durable.Create(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func open(t testing.TB, o durable.Options) *durable.Index {
	t.Helper()
	x, err := durable.Open(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func shut(t testing.TB, x *durable.Index) {
	t.Helper()
	if err := x.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// reopen closes an index and opens it again.
func reopen(t testing.TB, x *durable.Index, o durable.Options) *durable.Index {
	t.Helper()
	shut(t, x)
	return open(t, o)
}

// item has a vector that its seed tells.
func item(id string, seed uint64, metadata string) engine.Item {
	r := rand.New(rand.NewPCG(seed, 9))
	it := engine.Item{ID: id, Metadata: json.RawMessage(metadata)}
	for range dimension {
		it.Vector = append(it.Vector, float32(r.NormFloat64()))
	}
	return it
}

// batch has so many items, whose metadata is {"batch": name, "n": number}.
func batch(name string, size int) (items []engine.Item) {
	for n := range size {
		id := fmt.Sprintf("%s-%d", name, n)
		items = append(items, item(id, uint64(len(name)+n), fmt.Sprintf(`{"batch":%q,"n":%d}`, name, n)))
	}
	return items
}

func add(t testing.TB, x *durable.Index, items ...engine.Item) durable.Added {
	t.Helper()
	added, err := x.Add(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func filter(t testing.TB, s string) *metadata.Filter {
	t.Helper()
	f, err := metadata.ParseFilter([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

// model is what an index should hold.
type model map[string]engine.Item

// held reads all items of an index.
func held(t testing.TB, x *durable.Index) model {
	t.Helper()
	m := model{}
	for after := ""; ; {
		items, err := x.Engine().Scroll(after, 500, nil, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			m[it.ID], after = it, it.ID
		}
		if len(items) < 500 {
			return m
		}
	}
}

// holds: the index has what the model has, finds each by its vector, and nothing else.
func (m model) holds(t testing.TB, x *durable.Index) {
	t.Helper()
	got := held(t, x)
	for _, id := range slices.Sorted(maps.Keys(m)) {
		have, want := got[id], m[id]
		if have.ID == "" {
			t.Errorf("%s is lost", id)
			continue
		}
		if !slices.Equal(have.Vector, want.Vector) {
			t.Errorf("%s has another vector", id)
		}
		if !sameJSON(have.Metadata, want.Metadata) {
			t.Errorf("%s has the metadata %s, want %s", id, have.Metadata, want.Metadata)
		}
		hits, err := x.Engine().Search(engine.Query{Vector: want.Vector, K: 1, Exact: true})
		if err != nil || len(hits) != 1 || hits[0].Distance > 1e-3 {
			t.Errorf("%s is not found by its vector: %v, %v", id, hits, err)
		}
	}
	for id := range got {
		if _, ok := m[id]; !ok {
			t.Errorf("%s is there, and should not be", id)
		}
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	if len(b) == 0 {
		b = []byte("{}")
	}
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// keys lists an index's objects of a kind: "log/", "generations/" or "".
func keys(t testing.TB, s *storage.Client, kind string) (list []string) {
	t.Helper()
	for page, err := range s.Listings(t.Context(), "vectors/0198-index/"+kind, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Objects {
			list = append(list, o.Key)
		}
	}
	return list
}

// heads lists the objects that make generations whole.
func heads(t testing.TB, s *storage.Client) []string {
	return slices.DeleteFunc(keys(t, s, "generations/"), func(key string) bool {
		return strings.Contains(key, ".")
	})
}

// file is where storaged keeps an object.
func file(t testing.TB, s *storage.Client, key string) string {
	t.Helper()
	buckets, err := s.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return storage.LocalPath(buckets[0].Root, key)
}

// spoil turns a bit of an object, at a part of its length from 0 to 1.
func spoil(t testing.TB, s *storage.Client, key string, at float64) {
	t.Helper()
	name := file(t, s, key)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[int(at*float64(len(b)-1))] ^= 4
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, s *storage.Client, key string) {
	t.Helper()
	if err := s.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
}
