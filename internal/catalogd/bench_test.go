package catalogd_test

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// BenchmarkAppend measures durable appends of one small object each, from 8
// writers to one dataset on the local disk, after a history of so many
// versions. The objects are there already. appends/s is the figure.
//
//	go test -run '^$' -bench Append -benchtime 1000x ./internal/catalogd
func BenchmarkAppend(b *testing.B) {
	for _, history := range []int{0, 1000} {
		b.Run(fmt.Sprintf("history=%d", history), func(b *testing.B) { benchmarkAppend(b, history) })
	}
}

func benchmarkAppend(b *testing.B, history int) {
	const writers = 8
	env := testbed.NewEnv(b, "storaged")
	env.Log = slog.New(slog.DiscardHandler)
	s := testbed.StartStoragedWith(b, env, storaged.Defaults())
	h := house{Client: start(b, s, catalogd.Defaults()), storage: s}
	data := people(b, "Ada", 36, true)
	first := h.register(b, catalog.Registration{Name: "people", Objects: objects(put(b, s, "in/first.parquet", data))})
	appendOne := func(ref catalog.ObjectRef) {
		if _, _, err := h.Register(b.Context(), catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref)}, ""); err != nil {
			b.Error(err)
		}
	}
	for range history {
		appendOne(putOwn(b, s, first.DatasetID, data))
	}
	refs := make([]catalog.ObjectRef, b.N)
	for i := range refs {
		refs[i] = putOwn(b, s, first.DatasetID, data)
	}
	b.ResetTimer()
	var next atomic.Int64
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				appendOne(refs[i-1])
			}
		})
	}
	group.Wait()
	b.StopTimer()
	m := h.manifest(b, "people", 0)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
	b.ReportMetric(float64(b.N)/float64(m.Version-int64(history)-1), "appends/version")
}
