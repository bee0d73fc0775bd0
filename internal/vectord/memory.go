package vectord

import (
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// room refuses a batch, whose vectors may still have to be made, where the indexes take all the
// memory that they may.
func (r *registry) room(items []engine.Item, dimension int) error {
	var more int64
	for _, item := range items {
		more += int64(5*dimension) + int64(2*len(item.Metadata)) + int64(len(item.ID)) + perItem
	}
	return r.roomFor(more)
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
// memory_bytes. Changes under way are not counted: together they may exceed the limit.
func (r *registry) roomFor(more int64) error {
	if used := r.memory.Bytes(); used+more > r.config.MemoryBytes {
		return vector.ErrIndexMemory.Errorf("the indexes take %d bytes of memory, of %d that they may, and this would take about %d; delete items, drop an index, or raise [vectord] memory_bytes", used, r.config.MemoryBytes, more).
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
