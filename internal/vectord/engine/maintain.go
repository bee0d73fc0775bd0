package engine

import (
	"context"
	"sync"
)

// Maintain links what waits into the graph, mends the graph where items were deleted
// and gives memory back, by so many goroutines, until the context ends.
func (x *Index) Maintain(ctx context.Context, workers int) {
	for {
		x.Settle(ctx, workers)
		select {
		case <-ctx.Done():
			return
		case <-x.wake:
		}
	}
}

// call wakes Maintain.
func (x *Index) call() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// Settle does what there is to maintain, and returns when that is done or the context
// ends.
func (x *Index) Settle(ctx context.Context, workers int) {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil && x.graph.Link() {
			}
		})
	}
	group.Wait()
	if ctx.Err() == nil {
		x.tidy()
	}
}

// The graph is mended when one slot in eight is a deleted one, and memory is given back
// when one in eight is free; below a few hundred nobody notices.
const (
	part = 8
	few  = 512
)

// tidy mends and gives back.
func (x *Index) tidy() {
	stats := x.graph.Stats()
	total := stats.Alive + stats.Buried + stats.Free
	if stats.Buried > max(few, total/part) {
		x.graph.Repair()
		stats = x.graph.Stats()
	}
	if stats.Free > max(few, total/part) {
		x.shrink()
	}
}

// shrink moves the last items to where there is room.
func (x *Index) shrink() {
	x.writes.Lock()
	defer x.writes.Unlock()
	var moved []uint32
	x.graph.Shrink(func(from, to uint32) {
		x.meta.Copy(from, to)
		x.names.mu.Lock()
		defer x.names.mu.Unlock()
		if x.names.twins == nil {
			x.names.twins = map[uint32]uint32{}
		}
		id := x.names.ids[from]
		x.names.ids[to] = id
		if now, ok := x.names.slots.Get(id); ok && now == from {
			x.names.twins[from] = to
			x.names.slots.Set(id, to)
		}
		moved = append(moved, from)
	})
	x.names.mu.Lock()
	x.names.twins = nil
	x.names.mu.Unlock()
	for _, slot := range moved {
		x.meta.Remove(slot)
	}
}
