package engine

import (
	"io"
	"sync/atomic"
)

// Memory is what several indexes take together, which they tell it: to ask costs as much
// for many as for one. An index counts from its making until it is closed, and also what
// is being loaded.
type Memory struct{ bytes atomic.Int64 }

// Bytes gives it.
func (m *Memory) Bytes() int64 { return m.bytes.Load() }

// account is what one index takes.
type account struct {
	told    atomic.Int64 // of it, what the memory counts
	loading atomic.Int64 // what a load holds that is in no part of the index yet
}

// tell lets the memory count what the index takes now.
func (x *Index) tell() {
	if m := x.config.Memory; m != nil {
		now := x.bytes()
		m.bytes.Add(now - x.account.told.Swap(now))
	}
}

// bytes adds up what the index takes.
func (x *Index) bytes() int64 {
	graph := x.graph.Stats()
	sum := graph.Bytes + graph.Saving + x.names.bytes.Load() + x.meta.Bytes() + x.account.loading.Load()
	if x.words != nil {
		sum += x.words.Stats().Bytes
	}
	return sum
}

// telling tells after each piece that is read what the index takes by then.
type telling struct {
	io.Reader
	x *Index
}

func (t telling) Read(p []byte) (int, error) {
	defer t.x.tell()
	return t.Reader.Read(p)
}
