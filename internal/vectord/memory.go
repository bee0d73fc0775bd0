package vectord

import (
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// room refuses a batch, whose vectors may still have to be made, where the indexes take all the
// memory that they may.
func (r *registry) room(items []engine.Item, dimension int) error {
	return r.roomFor(sizeOf(items, dimension))
}

// sizeOf is about what items take.
func sizeOf(items []engine.Item, dimension int) (bytes int64) {
	for _, item := range items {
		bytes += int64(5*dimension) + int64(2*len(item.Metadata)) + int64(len(item.ID)) + perItem
	}
	return bytes
}

// textsWaiting bounds what adds hold together, in bytes, while they wait for vectors of texts.
const textsWaiting = 256 << 20

// weightOf is about what an add holds then: items, in whose metadata its texts stand as well,
// the texts that are sent, and all vectors.
func weightOf(batch bodies.Batch, dimension int) (bytes int64) {
	for _, item := range batch.Items {
		bytes += int64(len(item.ID) + len(item.Metadata) + 4*dimension)
	}
	for _, text := range batch.Texts {
		bytes += int64(len(text))
	}
	return bytes
}

// reserve is room that is kept for a batch until it is done, and counts for whoever asks for
// room: of batches whose vectors came together none takes the room of another. Done when the
// items are in it counts once; to be done again is nothing.
func (r *registry) reserve(items []engine.Item, dimension int) (done func(), err error) {
	bytes := sizeOf(items, dimension)
	r.reserving.Lock()
	defer r.reserving.Unlock()
	if err := r.roomFor(bytes); err != nil {
		return nil, err
	}
	r.reserved.Add(bytes)
	return sync.OnceFunc(func() { r.reserved.Add(-bytes) }), nil
}

// roomToChange refuses a change of metadata for the same reason.
func (r *registry) roomToChange(e *engine.Index, which durable.Selection, change durable.Change) error {
	more := int64(0)
	for field, value := range change.Set {
		more += int64(len(field) + len(value))
	}
	items := len(which.IDs)
	if which.Filter != nil {
		var err error
		if items, err = e.Count(which.Filter); err != nil {
			return err
		}
	}
	return r.roomFor(2 * more * int64(items))
}

// roomFor refuses what would bring the indexes, those being loaded among them, over
// memory_bytes. Of changes under way adds with texts are counted alone, by [registry.reserve]:
// the others together may exceed the limit.
func (r *registry) roomFor(more int64) error {
	if used := r.memory.Bytes() + r.reserved.Load(); used+more > r.config.MemoryBytes {
		return vector.ErrIndexMemory.Errorf("the indexes, and what is being put into them, take %d bytes of memory, of %d that they may, and this would take about %d more; delete items, drop an index, or raise [vectord] memory_bytes", used, r.config.MemoryBytes, more).
			With("used", used).With("limit", r.config.MemoryBytes)
	}
	return nil
}

// memoryOf tells what an index takes.
func (r *registry) memoryOf(stats engine.Stats) vector.Memory {
	return vector.Memory{Vectors: stats.Bytes + stats.Saving, IDs: stats.IDs, Metadata: stats.Metadata, Values: stats.Values,
		Lexical: stats.Lexical, All: r.memory.Bytes(), Limit: r.config.MemoryBytes}
}

// perItem is about what an item takes beside its vector and metadata: links, id, filters.
const perItem = 300
