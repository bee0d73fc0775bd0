package durable_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// wide gives items of so many dimensions.
func wide(r *rand.Rand, name string, size, dimension int) (items []engine.Item) {
	for n := range size {
		it := engine.Item{ID: fmt.Sprintf("%s-%d", name, n), Vector: make([]float32, dimension),
			Metadata: fmt.Appendf(nil, `{"city":"Austin","n":%d,"skills":["forklift","nights"]}`, n)}
		for i := range it.Vector {
			it.Vector[i] = float32(r.NormFloat64())
		}
		items = append(items, it)
	}
	return items
}

func benchOptions(b *testing.B, dimension int) durable.Options {
	o := options(testbed.StartStoraged(b), b)
	o.Log, o.Limits = nil, durable.Limits{}
	o.Engine = engine.Config{Dimension: dimension, MaxItems: 1 << 20}
	return o
}

// Four writers send batches of 100 items; storaged writes and syncs each object. Items are
// linked into the graph meanwhile, as fast as a goroutine can.
func BenchmarkAdd(b *testing.B) {
	const writers, size, dimension = 4, 100, 128
	o := benchOptions(b, dimension)
	x := create(b, o)
	defer shut(b, x)
	batches := make([][]engine.Item, 64)
	for i := range batches {
		batches[i] = wide(rand.New(rand.NewPCG(1, uint64(i))), "b", size, dimension)
	}
	var next atomic.Int64
	b.ResetTimer()
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				items := append([]engine.Item(nil), batches[n%64]...)
				for i := range items {
					items[i].ID = fmt.Sprintf("%d-%d", n, i)
				}
				if _, err := x.Add(b.Context(), items); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "items/s")
	b.ReportMetric(float64(x.Stats().LogObjects), "objects")
}

// An index of 40,000 items is opened: of a generation, and of the log alone. Beside them
// the same objects are read and thrown away.
func BenchmarkOpen(b *testing.B) {
	const count, dimension = 40_000, 256
	o := benchOptions(b, dimension)
	o.Limits.GenerationBytes = never
	x := create(b, o)
	for n := range count / 1000 {
		add(b, x, wide(rand.New(rand.NewPCG(2, uint64(n))), fmt.Sprint("w", n), 1000, dimension)...)
	}
	loaded := func(b *testing.B) {
		b.SetBytes(stored(b, o.Storage))
		for range b.N {
			shut(b, open(b, o))
		}
	}
	plain := func(b *testing.B) {
		b.SetBytes(stored(b, o.Storage))
		for range b.N {
			for _, key := range keys(b, o.Storage, "") {
				in, _, err := o.Storage.Get(b.Context(), key, storage.Range{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, in); err != nil {
					b.Fatal(err)
				}
				in.Close()
			}
		}
	}
	shut(b, x)
	b.Run("log", loaded)
	b.Run("log/plain", plain)
	x = open(b, o)
	if _, err := x.WriteGeneration(b.Context()); err != nil {
		b.Fatal(err)
	}
	shut(b, x)
	for _, key := range keys(b, o.Storage, "log/") {
		if err := o.Storage.Delete(b.Context(), key); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("generation", loaded)
	b.Run("generation/plain", plain)
}

// stored adds up an index's objects.
func stored(b *testing.B, s *storage.Client) (bytes int64) {
	for page, err := range s.Listings(b.Context(), "vectors/0198-index/", "", 0) {
		if err != nil {
			b.Fatal(err)
		}
		for _, o := range page.Objects {
			bytes += o.Size
		}
	}
	return bytes
}
