package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// BenchmarkSearchBeside is how long searches of 50,000 items of 128 dimensions take while
// something else goes on: the median, what one in a hundred exceeds, and the longest; and how
// long all goroutines together waited for locks, which other load of the machine changes less.
func BenchmarkSearchBeside(b *testing.B) {
	const n, dimension = 50_000, 128
	r := rand.New(rand.NewPCG(3, 4))
	vectors := normal(r, n, dimension)
	about := func(r *rand.Rand, n int) []byte {
		words := ""
		for range 40 {
			words += fmt.Sprintf(" w%d", min(r.IntN(5000), r.IntN(5000)))
		}
		return fmt.Appendf(nil, `{"n":%d,"even":%v,"text":"%s"}`, n, n%2 == 0, words)
	}
	x := newIndex(b, engine.Config{Dimension: dimension, MaxItems: 2 * n, M: 8, EfConstruction: 40, TextFields: []string{"text"}})
	numbered := func(i int) engine.Item { return engine.Item{ID: fmt.Sprint(i), Vector: vectors[i%n]} }
	for i := range n {
		item := numbered(i)
		item.Metadata = about(r, i)
		put(b, x, item)
	}
	x.Settle(b.Context(), 2)
	half, even := filter(b, fmt.Sprintf(`{"n":{"lt":%d}}`, n/2)), filter(b, `{"even":true}`)
	count := func(*rand.Rand) {
		if _, err := x.Count(half); err != nil {
			b.Error(err)
		}
	}
	add := func(r *rand.Rand) {
		item := numbered(r.IntN(n))
		item.Metadata = about(r, r.IntN(n))
		put(b, x, item)
	}
	edit := func(r *rand.Rand) {
		object, err := metadata.Read(about(r, r.IntN(n)))
		if err != nil || !x.SetMetadata(fmt.Sprint(r.IntN(n)), object) {
			b.Error(err)
		}
	}
	byVector := func(i int) engine.Query { return engine.Query{Vector: vectors[i*7919%n], K: 10} }
	byWords := func(i int) engine.Query {
		return engine.Query{Text: fmt.Sprintf("w%d w%d", i%3000, i%77), Filter: even, K: 10}
	}
	for _, kind := range []struct {
		name   string
		search func(i int) engine.Query
		beside []func(*rand.Rand)
	}{
		{"nothing", byVector, nil},
		{"counts", byVector, []func(*rand.Rand){count}},
		{"counts and adds", byVector, []func(*rand.Rand){count, add}},
		{"edits", byVector, []func(*rand.Rand){edit}},
		{"words of nothing", byWords, nil},
		{"words of edits", byWords, []func(*rand.Rand){edit}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			ctx, stop := context.WithCancel(b.Context())
			var acts atomic.Int64
			var beside sync.WaitGroup
			if kind.beside != nil {
				beside.Go(func() { x.Maintain(ctx, 1) })
			}
			for at, act := range kind.beside {
				beside.Go(func() {
					r := rand.New(rand.NewPCG(uint64(at), 9))
					for ctx.Err() == nil {
						act(r)
						acts.Add(1)
					}
				})
			}
			var took []time.Duration
			before := acts.Load()
			waited, began := lockWaits(), time.Now()
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				if _, err := x.Search(kind.search(i)); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			waited = lockWaits() - waited
			b.ReportMetric(float64(acts.Load()-before)/time.Since(began).Seconds(), "beside/s")
			stop()
			beside.Wait()
			b.ReportMetric(waited/float64(b.N)*1e6, "lock-µs/op")
			slices.Sort(took)
			report := func(at int, unit string) { b.ReportMetric(float64(took[at].Microseconds()), unit) }
			report(len(took)/2, "median-µs")
			report(len(took)*99/100, "99th-µs")
			report(len(took)-1, "longest-µs")
		})
	}
}

// lockWaits gives the seconds that goroutines have waited for locks so far.
func lockWaits() float64 {
	sample := []metrics.Sample{{Name: "/sync/mutex/wait/total:seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64()
}
