package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// fillIndex makes an index with an alias and a snapshot, of which some items went.
func fillIndex(t *testing.T) {
	t.Helper()
	write(t, "people.ndjson", people(1, 120))
	for _, c := range []call{
		{"index create people --dimension 4 --metric l2", 0, nil, nil},
		{"index load people --file people.ndjson", 0, nil, nil},
		{"index alias set staff people", 0, nil, nil},
		{"index snapshot create people monday", 0, nil, nil},
		{"index delete people c-7 c-8", 0, nil, nil},
	} {
		c.check(t)
	}
}

func vectors() *vector.Client {
	return &vector.Client{Client: wire.Client{Service: "gateway", Base: os.Getenv("LAKEHOUSE_GATEWAY") + "/v1"}}
}

// writer changes an index without a pause: batch after batch goes in, and the one of
// [windowed] batches ago out.
type writer struct {
	acknowledged atomic.Int64 // the last batch that is in
	stop         func() (last int64)
	least, most  int64 // what a copy has to hold at least, and can at most
}

const (
	windowed  = 40
	batchSize = 3
)

// writeToAnIndex starts one, and returns once its small objects have been merged often
// enough that they will be again.
func writeToAnIndex(t *testing.T) *writer {
	t.Helper()
	client := vectors()
	if _, _, err := client.Create(t.Context(), vector.NewIndex{Name: "busy", Shape: vector.Shape{Dimension: 4, Metric: vector.L2}}); err != nil {
		t.Fatal(err)
	}
	w := &writer{}
	ctx, cancel := context.WithCancel(t.Context())
	warm, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for n := int64(1); ctx.Err() == nil; n++ {
			if err := w.batch(context.WithoutCancel(ctx), client, n); err != nil {
				t.Errorf("batch %d: %v", n, err)
				break
			}
			if w.acknowledged.Store(n); n == 2*windowed {
				close(warm)
			}
		}
	}()
	w.stop = func() int64 {
		cancel()
		<-ended
		return w.acknowledged.Load()
	}
	select {
	case <-warm:
	case <-ended:
		t.FailNow()
	}
	return w
}

func (w *writer) batch(ctx context.Context, client *vector.Client, n int64) error {
	var items []vector.Item
	for i := range batchSize {
		items = append(items, vector.Item{ID: fmt.Sprintf("%06d-%d", n, i), Vector: vector.Vector{float32(n), float32(i), 0, 0}})
	}
	if _, err := client.Add(ctx, "busy", items); err != nil || n <= windowed {
		return err
	}
	var ids []string
	for i := range batchSize {
		ids = append(ids, fmt.Sprintf("%06d-%d", n-windowed, i))
	}
	_, err := client.Delete(ctx, "busy", vector.Select{IDs: ids})
	return err
}

// check holds a copy against what was written: it is the index of one moment, with all
// that was acknowledged before the copy began, and nothing of it reads as damaged.
func (w *writer) check(t *testing.T) {
	t.Helper()
	items, err := wire.Gather(vectors().EachItem(t.Context(), "busy", vector.Scroll{}))
	if err != nil || len(items) == 0 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	last := items[len(items)-1].ID
	var n int64
	if _, err := fmt.Sscanf(last, "%d-", &n); err != nil || n < w.least || n > w.most {
		t.Fatalf("the last item is %s (%v), and batches %d to %d may be the last", last, err, w.least, w.most)
	}
	var want, got strings.Builder
	first := n - windowed // whose deletion is the last change, or the next
	if items[0].ID != fmt.Sprintf("%06d-0", first) {
		first++
	}
	for batch := first; batch <= n; batch++ {
		for i := range batchSize {
			fmt.Fprintf(&want, "%06d-%d\n", batch, i)
		}
	}
	for _, item := range items {
		fmt.Fprintln(&got, item.ID)
	}
	if got.String() != want.String() {
		t.Errorf("it holds\n%s\nwant\n%s", got.String(), want.String())
	}
	for _, name := range []string{"busy", "people"} {
		x, err := vectors().Get(t.Context(), name, 0)
		if err != nil || x.Stats == nil || len(x.Stats.Durable.Damage) > 0 {
			t.Errorf("%s: %+v, %v", name, x.Stats, err)
		}
	}
	t.Logf("batches 1 to %d were acknowledged before the copy, %d when it ended; it holds up to %d", w.least, w.most, n)
	call{"index restore people --snapshot monday --as monday", 0, []string{"120 items"}, nil}.check(t)
	call{"index drop monday --yes", 0, nil, nil}.check(t)
}
