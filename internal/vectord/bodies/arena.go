package bodies

import (
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
)

// Arena is memory for one request: its body, what is read of that, and its answer. It is
// given to another request afterwards, so that many searches leave little to collect. What
// it gives is good until then; it need not be given back one by one. One goroutine takes
// of it. As an allocator of Arrow it gives memory that is zero.
type Arena struct {
	block []byte
	taken int // of the block
	asked int // in all
}

// Arenas are those that no request has.
type Arenas struct{ pool sync.Pool }

// Bounds of the memory that an arena keeps for the next request, in bytes.
const (
	leastArena = 64 << 10
	mostArena  = 2 << 20
)

// Enter gives one to a request, which leaves it when its answer is written.
func (s *Arenas) Enter() *Arena {
	if a, ok := s.pool.Get().(*Arena); ok {
		return a
	}
	return &Arena{}
}

// Leave takes an arena back. It has place for as much the next time as was asked for now.
func (s *Arenas) Leave(a *Arena) {
	if want := min(max(a.asked, leastArena), mostArena); want > len(a.block) {
		a.block = make([]byte, want+want/8)
	}
	a.taken, a.asked = 0, 0
	s.pool.Put(a)
}

// bytes gives so many, which hold anything.
func (a *Arena) bytes(n int) []byte {
	const line = 64 // of the processor's cache, and what Arrow aligns to
	place := (n + line - 1) &^ (line - 1)
	a.asked += place
	if place > len(a.block)-a.taken {
		return make([]byte, n)
	}
	at := a.taken
	a.taken += place
	return a.block[at : at+n : at+n]
}

// floats gives so many, which hold anything.
func (a *Arena) floats(n int) []float32 {
	return arrow.Float32Traits.CastFromBytes(a.bytes(n * arrow.Float32SizeBytes))
}

// Allocate gives so many bytes to Arrow.
func (a *Arena) Allocate(n int) []byte {
	b := a.bytes(n)
	clear(b)
	return b
}

// Reallocate gives so many bytes with what the old ones hold.
func (a *Arena) Reallocate(n int, old []byte) []byte {
	if n <= cap(old) {
		return old[:n]
	}
	b := a.Allocate(n)
	copy(b, old)
	return b
}

// Free leaves it to the end of the request.
func (*Arena) Free([]byte) {}
