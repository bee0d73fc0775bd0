package vectord

import (
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
)

// room is memory for one request: its body, what is read of that, and its answer. It is
// given to another request afterwards, so that many searches leave little to collect. What
// it gives is good until then; it need not be given back one by one. One goroutine takes
// of it. As an allocator of Arrow it gives memory that is zero.
type room struct {
	block []byte
	taken int // of the block
	asked int // in all
}

// rooms are those that no request has.
type rooms struct{ pool sync.Pool }

// Bounds of the memory that a room keeps for the next request, in bytes.
const (
	leastRoom = 64 << 10
	mostRoom  = 2 << 20
)

func (s *rooms) enter() *room {
	if r, ok := s.pool.Get().(*room); ok {
		return r
	}
	return &room{}
}

// leave takes a room back. It has place for as much the next time as was asked for now.
func (s *rooms) leave(r *room) {
	if want := min(max(r.asked, leastRoom), mostRoom); want > len(r.block) {
		r.block = make([]byte, want+want/8)
	}
	r.taken, r.asked = 0, 0
	s.pool.Put(r)
}

// bytes gives so many, which hold anything.
func (r *room) bytes(n int) []byte {
	const line = 64 // of the processor's cache, and what Arrow aligns to
	place := (n + line - 1) &^ (line - 1)
	r.asked += place
	if place > len(r.block)-r.taken {
		return make([]byte, n)
	}
	at := r.taken
	r.taken += place
	return r.block[at : at+n : at+n]
}

// floats gives so many, which hold anything.
func (r *room) floats(n int) []float32 {
	return arrow.Float32Traits.CastFromBytes(r.bytes(n * arrow.Float32SizeBytes))
}

// Allocate gives so many bytes to Arrow.
func (r *room) Allocate(n int) []byte {
	b := r.bytes(n)
	clear(b)
	return b
}

// Reallocate gives so many bytes with what the old ones hold.
func (r *room) Reallocate(n int, old []byte) []byte {
	if n <= cap(old) {
		return old[:n]
	}
	b := r.Allocate(n)
	copy(b, old)
	return b
}

// Free leaves it to the end of the request.
func (*room) Free([]byte) {}
