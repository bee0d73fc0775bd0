package engine

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/lexical"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Index is the index. Its methods may be called by any number of goroutines at once,
// but for Close.
type Index struct {
	config  Config
	graph   *hnsw.Graph
	meta    *metadata.Store
	words   *lexical.Index // nil without text fields
	gone    atomic.Int64   // texts that were taken out of it since it was compacted
	names   names
	rooms   sync.Pool     // of *room
	edits   sync.RWMutex  // held while metadata is changed in its place
	leaving []uint32      // slots that no id leads to, and that are not buried yet
	wake    chan struct{} // that there is something to maintain
	account account

	// Who holds several of these takes them in this order. A save holds none while it
	// writes.
	filling sync.Mutex // one batch at a time
	mending sync.Mutex // the graph is repaired, shrunk, or what a save writes is taken
	writes  sync.Mutex // one change at a time
}

// New makes an empty index.
func New(config Config, kernels simd.Kernels) (*Index, error) {
	config, err := config.Complete()
	if err != nil {
		return nil, err
	}
	graph, err := hnsw.New(config.slots(), kernels)
	if err != nil {
		return nil, err
	}
	config.TextFields = slices.Clone(config.TextFields)
	x := &Index{config: config, graph: graph, rooms: sync.Pool{New: func() any { return &room{} }},
		meta: metadata.New(config.TextFields...), wake: make(chan struct{}, 1)}
	if len(config.TextFields) > 0 {
		x.words = lexical.New(lexical.Config{K1: 1.2, B: .75})
	}
	return x, nil
}

// Close gives the memory back. Nobody may be inside the index any more.
func (x *Index) Close() {
	x.graph.Close()
	if m := x.config.Memory; m != nil {
		m.bytes.Add(-x.account.told.Swap(0))
	}
}

// Config gives the configuration with its defaults.
func (x *Index) Config() Config { return x.config }

// FullError says that a batch has more items with a new id than there is room for.
type FullError struct {
	Items, Room, Limit int
}

func (e *FullError) Error() string {
	return fmt.Sprintf("the batch brings new ids, %d of them, and the index has room for %d more of its %d; delete items, or make an index with a larger max_items", e.Items, e.Room, e.Limit)
}

// Apply puts a batch in. Items whose id is there are replaced: these are updated, the
// others added. Its error is a [FullError], and then nothing was applied. Items that are
// replaced need none of max_items, but where more than 10,000 are at once.
func (x *Index) Apply(b Batch) (added, updated int, err error) {
	x.filling.Lock()
	defer x.filling.Unlock()
	if fresh, room := x.Fresh(b), x.Room(); fresh > 0 && room < fresh {
		return 0, 0, &FullError{fresh, room, x.config.MaxItems}
	}
	if slots := x.slots(b.Len()); slots < b.Len() {
		return 0, 0, &FullError{b.Len(), slots, x.config.MaxItems}
	}
	x.writes.Lock()
	defer x.changed()
	for i, item := range b.items {
		slot, err := x.graph.Put(item.Vector)
		if err != nil {
			return added, updated, err
		}
		x.names.name(slot, item.ID)
		x.describe(slot, b.objects[i])
		x.graph.Show(slot)
		if old, had := x.names.lead(slot); had {
			x.leaving = append(x.leaving, old)
			updated++
		} else {
			added++
		}
	}
	return added, updated, nil
}

// Room gives how many items with a new id can be put in. It is less than none where the
// index was saved with a larger max_items.
func (x *Index) Room() int { return x.config.MaxItems - x.Len() }

// Fresh gives how many items of a batch have a new id.
func (x *Index) Fresh(b Batch) (fresh int) {
	for _, item := range b.items {
		if _, there := x.names.slot(item.ID); !there {
			fresh++
		}
	}
	return fresh
}

// Slots gives how many items can be put in at once, new ones and those that replace
// others: as many as there is [Index.Room] for, and 10,000 more. Where these are fewer
// than are wanted the graph is mended first, which may make more; changes other than
// batches go on meanwhile. Until the next Apply there are no fewer.
func (x *Index) Slots(wanted int) int {
	x.filling.Lock()
	defer x.filling.Unlock()
	return x.slots(wanted)
}

// slots is Slots; x.filling is held.
func (x *Index) slots(wanted int) int {
	if slots := x.graph.Room(); slots >= wanted {
		return slots
	}
	x.Mend()
	return x.graph.Room()
}

// describe gives a slot its metadata, and the words in it.
func (x *Index) describe(slot uint32, object metadata.Object) {
	x.meta.Set(slot, object)
	if x.words != nil {
		x.words.Set(slot, object.Text(x.config.TextFields))
	}
}

// bury takes slots out that no id leads to any more. Until no search is left that began
// when one did, they have to stay; x.writes is held meanwhile.
func (x *Index) bury() {
	if len(x.leaving) == 0 {
		return
	}
	x.graph.Drain()
	for _, slot := range x.leaving {
		x.graph.Delete(slot)
		x.meta.Remove(slot)
		if x.words != nil {
			x.words.Remove(slot)
		}
	}
	x.names.forget()
	x.gone.Add(int64(len(x.leaving)))
	x.leaving = x.leaving[:0]
}

// mostLeaving is how many slots may wait to be buried: waiting for searches takes a
// change no longer than it has to, and searches come upon few of them.
const mostLeaving = 1000

// changed ends a change.
func (x *Index) changed() {
	if len(x.leaving) > mostLeaving {
		x.bury()
	}
	x.writes.Unlock()
	x.tell()
	x.look()
}

// look wakes whoever maintains the index.
func (x *Index) look() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// Delete takes items out, and gives how many of the ids there were.
func (x *Index) Delete(ids []string) int {
	x.writes.Lock()
	defer x.changed()
	deleted := 0
	for _, id := range ids {
		if slot, had := x.names.drop(id); had {
			x.leaving = append(x.leaving, slot)
			deleted++
		}
	}
	return deleted
}

// SetMetadata replaces an item's metadata; it returns false where there is no such item.
func (x *Index) SetMetadata(id string, object metadata.Object) bool {
	return x.SetAll(func(yield func(string, metadata.Object) bool) { yield(id, object) }) == 1
}

// SetAll replaces the metadata of many items, by their ids, and gives how many there are. A
// save has all of that or nothing; a search finds each item as it was or as it is.
func (x *Index) SetAll(edits iter.Seq2[string, metadata.Object]) (changed int) {
	x.writes.Lock()
	defer x.changed()
	for id, object := range edits {
		if slot, ok := x.names.slot(id); ok {
			x.edit(slot, object)
			changed++
		}
	}
	return changed
}

// edit replaces the metadata of a slot; x.writes is held.
func (x *Index) edit(slot uint32, object metadata.Object) {
	if x.words == nil {
		x.meta.Set(slot, object)
		return
	}
	words := lexical.Read(object.Text(x.config.TextFields))
	x.words.SetWordsWith(slot, words, func(publish func()) {
		x.edits.Lock() // searches wait for this alone
		defer x.edits.Unlock()
		x.meta.Set(slot, object)
		publish()
	})
	x.gone.Add(1)
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

// Know lets filters name the fields that a filter names, though no item has them.
func (x *Index) Know(filter metadata.Filter) { x.meta.Know(filter.Fields()) }

// Metadata gives that of an item.
func (x *Index) Metadata(id string) (raw json.RawMessage, ok bool) {
	x.graph.View(func() { // so that the slot stays the item's
		var slot uint32
		if slot, ok = x.names.slot(id); ok {
			raw = x.meta.Get(slot)
		}
	})
	return raw, ok
}
