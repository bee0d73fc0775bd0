package vectord

import (
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// room refuses a batch where the indexes take all the memory that they may. It looks at
// what they take now and what the batch brings, and not at other batches on their way:
// the limit may be exceeded by a few of these.
func (r *registry) room(items []engine.Item) error {
	var used, more int64
	for _, x := range r.list() {
		if open, leave, err := x.enter(); err == nil {
			used += taken(open.Engine().Stats())
			leave()
		}
	}
	for _, item := range items {
		more += int64(5*len(item.Vector)) + int64(2*len(item.Metadata)) + perItem
	}
	if used+more > r.config.MemoryBytes {
		return vector.ErrIndexMemory.Errorf("the indexes take %d bytes of memory, of %d that they may; delete items, drop an index, or raise [vectord] memory_bytes", used, r.config.MemoryBytes).
			With("used", used).With("limit", r.config.MemoryBytes)
	}
	return nil
}

// perItem is about what an item takes beside its vector and metadata: links, id, filters.
const perItem = 300

func taken(s engine.Stats) int64 {
	return s.Bytes + s.Metadata + s.Lexical
}
