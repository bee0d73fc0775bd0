package duck

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// recycler gives the memory of batches that were released to those that come next: a
// result of a million rows would be some hundred MB for the collector else. It is
// for one stream, and not safe for concurrent use.
type recycler struct{ spare [][]byte }

const (
	recycledStep = 256 << 10 // batches are of about the same size
	recycledMost = 4 * batchBytes
	recycledKept = 2 // the one that is read, while the one before it is in use
)

// Allocate gives memory that may hold anything.
func (r *recycler) Allocate(size int) []byte {
	fits := func(b []byte) bool { return cap(b) >= size }
	if i := slices.IndexFunc(r.spare, fits); i >= 0 {
		b := r.spare[i]
		r.spare = slices.Delete(r.spare, i, i+1)
		return b[:size]
	}
	whole := size
	if size >= recycledStep {
		whole = (size + recycledStep - 1) / recycledStep * recycledStep
	}
	return memory.DefaultAllocator.Allocate(whole)[:size]
}

// Reallocate makes b longer or shorter.
func (r *recycler) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		return b[:size]
	}
	longer := r.Allocate(size)
	copy(longer, b)
	r.Free(b)
	return longer
}

// Free takes memory back that nobody uses any more.
func (r *recycler) Free(b []byte) {
	if cap(b) < recycledStep || cap(b) > recycledMost {
		return
	}
	if len(r.spare) == recycledKept {
		r.spare = slices.Delete(r.spare, 0, 1)
	}
	r.spare = append(r.spare, b)
}
