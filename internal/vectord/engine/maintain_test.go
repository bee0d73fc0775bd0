package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// Who loses most of its links to those that were deleted is linked in anew, and no other
// change has to come for that.
func TestNobodyWaitsForEver(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: dimension, Metric: hnsw.L2, MaxItems: 4000})
	ctx, stop := context.WithCancel(t.Context())
	var background sync.WaitGroup
	background.Go(func() { x.Maintain(ctx, 1) })
	defer background.Wait()
	defer stop()
	linked := func() {
		for deadline := time.Now().Add(time.Minute); x.Stats().Waiting > 0; runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Fatalf("in a minute they were not linked: %+v", x.Stats())
			}
		}
	}
	for round := range 20 {
		var ids []string
		for n := range 50 {
			id := fmt.Sprintf("%d-%d", round, n)
			put(t, x, scattered(id, n, uint64(n)))
			ids = append(ids, id)
		}
		linked()
		x.Delete(ids[:44])
		x.Settle(ctx, 1)
		x.Mend()
		linked()
	}
}
