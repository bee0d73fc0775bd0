package hnsw

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// area is an array outside of Go's heap. All its elements are zero and take no memory
// before they are written to.
type area[T any] struct {
	data     []T
	bytes    []byte
	gathered int // bytes that gather has looked at
}

// reserve gives address space for n elements. Nothing is taken yet, so that systems
// which do not overcommit memory at all may refuse.
func reserve[T any](n int) (area[T], error) {
	size := n * int(unsafe.Sizeof(*new(T)))
	bytes, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return area[T]{}, fmt.Errorf("hnsw: %d bytes of address space: %w; a lower max_items needs less", size, err)
	}
	if size > smallPages {
		// A hint: where the system has no huge pages all is as it was.
		_ = unix.Madvise(bytes[smallPages:], unix.MADV_HUGEPAGE)
	}
	return area[T]{data: unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(bytes))), n), bytes: bytes}, nil
}

// smallPages are the bytes of an area before it takes huge pages, where the system gives
// any. A search jumps about in memory, and with pages of 4 kB each row that it looks at
// costs a walk through the page table besides. But what is taken is taken by 2 MB then:
// a small index is not to pay for that, and a large one wastes a quarter at the most. What
// came before is gathered into huge pages when it fills them.
const (
	smallPages = 8 << 20
	hugePage   = 2 << 20
)

// gather moves the small pages of the elements before n into huge ones, as far as they
// fill these. It is a hint too, which Linux takes from 6.1 on.
func (a *area[T]) gather(n int) {
	filled := min(n*int(unsafe.Sizeof(*new(T))), smallPages)
	for filled-a.gathered >= hugePage {
		address := uintptr(unsafe.Pointer(unsafe.SliceData(a.bytes[a.gathered:])))
		from := a.gathered + int(-address%hugePage)
		if from+hugePage > filled {
			return
		}
		_ = unix.Madvise(a.bytes[from:from+hugePage], unix.MADV_COLLAPSE)
		a.gathered = from + hugePage
	}
}

// forget gives back the memory of the elements from a to b, as far as it is whole
// pages. They are zero afterwards, or what they were.
func (a *area[T]) forget(from, to int) {
	size := int(unsafe.Sizeof(*new(T)))
	page := unix.Getpagesize()
	low, high := (from*size+page-1)/page*page, to*size/page*page
	if low < high {
		_ = unix.Madvise(a.bytes[low:high], unix.MADV_DONTNEED)
		a.gathered = min(a.gathered, low)
	}
}

// free gives the array back. Nobody may hold a part of it any more.
func (a *area[T]) free() {
	if a.bytes != nil {
		_ = unix.Munmap(a.bytes)
	}
	*a = area[T]{}
}
