package engine

import (
	"fmt"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Config of an index.
type Config = hnsw.Config

// Index is the index. Its methods may be called by any number of goroutines at once,
// but for Close.
type Index struct {
	config Config
	graph  *hnsw.Graph
	meta   *metadata.Store
	names  names
	writes sync.Mutex    // one change at a time
	wake   chan struct{} // that there is something to maintain
}

// New makes an empty index.
func New(config Config, kernels simd.Kernels) (*Index, error) {
	graph, err := hnsw.New(config, kernels)
	if err != nil {
		return nil, err
	}
	return &Index{config: graph.Config(), graph: graph, meta: metadata.New(), wake: make(chan struct{}, 1)}, nil
}

// Close gives the memory back. Nobody may be inside the index any more.
func (x *Index) Close() { x.graph.Close() }

// Config gives the configuration with its defaults.
func (x *Index) Config() Config { return x.config }

// FullError says that a batch does not fit.
type FullError struct {
	Items, Room, Limit int
}

func (e *FullError) Error() string {
	return fmt.Sprintf("the batch has %d items, and the index has room for %d more of its %d; delete items, or make an index with a larger max_items", e.Items, e.Room, e.Limit)
}

// Apply puts a batch in. Items whose id is there are replaced: these are updated, the
// others added. Its error is a [FullError], and then nothing was applied; a replaced
// item needs room beside the old one for a while.
func (x *Index) Apply(b Batch) (added, updated int, err error) {
	x.writes.Lock()
	defer x.writes.Unlock()
	defer x.call()
	if room := x.graph.Room(); room < b.Len() {
		x.graph.Repair()
		if room = x.graph.Room(); room < b.Len() {
			return 0, 0, &FullError{b.Len(), room, x.config.MaxItems}
		}
	}
	for i, item := range b.items {
		slot, err := x.graph.Put(item.Vector)
		if err != nil {
			return added, updated, err
		}
		x.names.name(slot, item.ID)
		x.meta.Set(slot, b.objects[i])
		x.graph.Show(slot)
		if before, had := x.names.lead(slot); had {
			x.bury(before)
			updated++
		} else {
			added++
		}
	}
	return added, updated, nil
}

// bury takes a slot out that no id leads to any more.
func (x *Index) bury(slot uint32) {
	x.graph.Delete(slot)
	x.meta.Remove(slot)
}

// Delete takes items out, and gives how many of the ids there were.
func (x *Index) Delete(ids []string) int {
	x.writes.Lock()
	defer x.writes.Unlock()
	defer x.call()
	deleted := 0
	for _, id := range ids {
		if slot, had := x.names.drop(id); had {
			x.bury(slot)
			deleted++
		}
	}
	return deleted
}

// SetMetadata replaces an item's metadata; it returns false where there is no such item.
func (x *Index) SetMetadata(id string, object metadata.Object) bool {
	x.writes.Lock()
	defer x.writes.Unlock()
	slot, ok := x.names.slot(id)
	if ok {
		x.meta.Set(slot, object)
	}
	return ok
}

// Get gives an item: its vector as it is kept, for cosine at length 1.
func (x *Index) Get(id string) (item Item, ok bool) {
	x.graph.View(func() {
		var slot uint32
		if slot, ok = x.names.slot(id); ok {
			item = Item{ID: id, Vector: x.graph.Vector(slot), Metadata: x.meta.Get(slot)}
		}
	})
	return item, ok
}

// Stats tell what an index holds and takes.
type Stats struct {
	Count    int   // items
	Waiting  int   // of these, not in the graph yet
	Deleted  int   // that the graph still holds
	Fields   int   // of metadata
	Bytes    int64 // of vectors, codes and links
	Metadata int64 // bytes of JSON
}

// Stats counts.
func (x *Index) Stats() Stats {
	graph, meta := x.graph.Stats(), x.meta.Stats()
	return Stats{Count: x.names.count(), Waiting: graph.Queued, Deleted: graph.Buried,
		Fields: meta.Fields, Bytes: graph.Bytes, Metadata: meta.Bytes}
}
