package metadata

import (
	"encoding/json"
	"unsafe"

	"github.com/RoaringBitmap/roaring/v2"
)

// What things take on Go's heap, about: the runtime rounds what it gives up, and trees and
// lists have room to grow.
const (
	perSlot    = 30                                   // an element of raw
	perPosting = int64(unsafe.Sizeof(posting{})) + 16 // with its place in the tree
	perField   = int64(unsafe.Sizeof(field{})) + 400  // with an empty tree and set, and its place in the store
	perSet     = int64(unsafe.Sizeof(roaring.Bitmap{})) + 64
)

// sized is what a piece of so many bytes takes.
func sized(n int) int64 {
	if n == 0 {
		return 0
	}
	return int64(n) + int64(n)/16 + 8
}

func sizeOfRaw(raw json.RawMessage) int64 { return sized(len(raw)) }

func sizeOfSet(set *roaring.Bitmap) int64 { return int64(set.GetSizeInBytes()) * 5 / 4 }

// size is what a value takes, with the slots that have it.
func (p *posting) size() int64 {
	size := perPosting + sized(len(p.value.text))
	switch {
	case p.many != nil:
		size += perSet + sizeOfSet(p.many)
	case len(p.few) > len(p.room):
		size += 4 * int64(cap(p.few))
	}
	return size
}

// sizeOfField is what a field takes that holds nothing yet.
func sizeOfField(name string) int64 { return perField + sized(len(name)) }

// Bytes is what the store takes of memory: the JSON of items, and what filters find them
// by, within some ten percent. It waits for nobody.
func (s *Store) Bytes() int64 { return s.memory.Load() }

// counted adds up what the store takes, after a change. The lock is held.
func (s *Store) counted() {
	s.memory.Store(s.kept + perSlot*int64(cap(s.raw)) + s.valued + sizeOfSet(s.all))
}
