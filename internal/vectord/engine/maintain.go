package engine

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
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

// Settle does what there is to maintain, and returns when that is done or the context
// ends.
func (x *Index) Settle(ctx context.Context, workers int) {
	x.writes.Lock()
	x.bury()
	x.writes.Unlock()
	share(ctx, workers, x.graph.Link)
	if ctx.Err() == nil {
		x.tidy()
		share(ctx, workers, x.graph.Link) // whom that made wait
	}
	x.tell()
}

// linksPerTurn is how many things a worker does before it looks for help.
const linksPerTurn = 128

// share lets so many goroutines work until each finds nothing to do, or the context ends.
// Whoever finds nothing waits for the others' turns to end, and not for their work, to
// which more may come all the time.
func share(ctx context.Context, workers int, work func() bool) {
	for left := true; left && ctx.Err() == nil; {
		var more atomic.Bool
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for range linksPerTurn {
					if ctx.Err() != nil || !work() {
						return
					}
					runtime.Gosched() // else whoever searches waits for up to 10 ms, as many as work
				}
				more.Store(true)
			})
		}
		group.Wait()
		left = more.Load()
	}
}

// Mend takes what was deleted, or replaced, by the time it is called out of memory: no
// save that begins afterwards has anything of its vectors.
func (x *Index) Mend() {
	x.writes.Lock()
	x.bury()
	x.writes.Unlock()
	x.repair()
}

// repair mends the graph; x.writes is not held, since that takes long. Who lost most of
// its links by that waits to be linked in anew.
func (x *Index) repair() {
	x.mending.Lock()
	defer x.mending.Unlock()
	x.graph.Repair()
	x.look()
}

// The graph is mended when one slot in eight is a deleted one, and memory is given back
// when one in eight is free; below a few hundred nobody notices.
const (
	tidyShare = 8
	tidyFloor = 512
)

// tidy mends and gives back.
func (x *Index) tidy() {
	stats := x.graph.Stats()
	total := stats.Alive + stats.Tombstones + stats.Free
	if stats.Tombstones > max(tidyFloor, total/tidyShare) {
		x.repair()
		stats = x.graph.Stats()
	}
	if stats.Free > max(tidyFloor, total/tidyShare) && stats.Saves == 0 { // who saves asks for it in the end
		x.shrink()
	}
	x.tidyWords()
}

// tidyWords gives back what texts that are gone have left in the index of words, when
// they were a quarter of all since that was done last, or when half of the words are in
// no text any more.
func (x *Index) tidyWords() {
	if x.words == nil {
		return
	}
	stats, gone := x.words.Stats(), x.gone.Load()
	if gone > max(tidyFloor, int64(stats.Documents)/3) || stats.Idle > max(tidyFloor, stats.Terms) {
		x.words.Compact()
		x.gone.Add(-gone)
	}
}

// shrink moves the last items to where there is room.
func (x *Index) shrink() {
	x.mending.Lock()
	defer x.mending.Unlock()
	defer x.look()
	x.graph.Repair() // so that little is left to be done while changes wait
	x.writes.Lock()
	defer x.writes.Unlock()
	x.bury()
	var moved [][2]uint32
	x.graph.Shrink(func(from, to uint32) {
		x.meta.Copy(from, to)
		x.names.move(from, to)
		moved = append(moved, [2]uint32{from, to})
	})
	if x.words != nil {
		for _, m := range moved {
			x.words.Moved(m[0], m[1])
		}
		x.graph.Drain() // searches may have found words where they were
	}
	x.names.moved()
	for _, m := range moved {
		x.meta.Remove(m[0])
	}
}
