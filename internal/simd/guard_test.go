//go:build linux

package simd_test

import (
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// fence is memory between two pages that nobody may touch.
type fence struct{ inside []byte }

func fenced(t *testing.T, pages int) fence {
	t.Helper()
	page := syscall.Getpagesize()
	all, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(all); err != nil {
			t.Error(err)
		}
	})
	for _, wall := range [][]byte{all[:page], all[len(all)-page:]} {
		if err := syscall.Mprotect(wall, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return fence{all[page : len(all)-page]}
}

// first and last give a copy of elements that begins where the memory begins, or
// ends where it ends.
func first[T any](f fence, from []T) []T { return place(f, from, 0) }

func last[T any](f fence, from []T) []T {
	return place(f, from, len(f.inside)-len(from)*int(unsafe.Sizeof(*new(T))))
}

func place[T any](f fence, from []T, at int) []T {
	if len(from) == 0 {
		return nil
	}
	to := unsafe.Slice((*T)(unsafe.Pointer(&f.inside[at])), len(from))
	copy(to, from)
	return to
}

// TestNothingBeyondIsTouched places queries, rows, row numbers and results between
// pages that cannot be read: a kernel that reads or writes a byte too far faults.
func TestNothingBeyondIsTouched(t *testing.T) {
	q, r, i, o := fenced(t, 2), fenced(t, 10), fenced(t, 1), fenced(t, 1)
	dims := []int{383, 384, 511, 512, 700, 768}
	for dim := range 150 {
		dims = append(dims, dim+1)
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, dim := range dims {
			for n := 1; n <= 9; n++ {
				ids := make([]uint32, n)
				for at := range ids {
					ids[at] = uint32(n - 1 - at)
				}
				f32, query := floats(n*dim), floats(dim)
				if n*dim*4 <= len(r.inside) {
					untouched(t, "DotRows", k.DotRows, q, r, i, o, query, f32, ids)
					untouched(t, "SquaredL2Rows", k.SquaredL2Rows, q, r, i, o, query, f32, ids)
				}
				if half := dim / 16 * 16; half > 0 { // the last row has no padding behind it
					kernel := func(query, codes []int8, ids []uint32, out []int32) {
						k.DotRowsI4(query, unsigned(codes), half+5, ids, out)
					}
					untouched(t, "DotRowsI4", kernel, q, r, i, o, bytes(2*half), bytes((n-1)*(half+5)+half), ids)
				}
			}
		}
	})
}

// unsigned gives the same memory as bytes of the other kind.
func unsigned(list []int8) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(list))), len(list))
}

// untouched runs a kernel on memory in the open, at the beginning of the fences and
// at their ends, and wants the same results.
func untouched[T, R comparable](t *testing.T, name string, kernel func(query, rows []T, ids []uint32, out []R),
	q, r, i, o fence, query, rows []T, ids []uint32) {
	t.Helper()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	where := "in the open"
	defer func() {
		if fault := recover(); fault != nil {
			t.Fatalf("%s, %d rows of %d elements %s: %v", name, len(ids), len(query), where, fault)
		}
	}()
	want := make([]R, len(ids))
	kernel(query, rows, ids, want)
	check := func(got []R) {
		if !slices.Equal(got, want) {
			t.Fatalf("%s, %d rows of %d elements %s: got %v, want %v", name, len(ids), len(query), where, got, want)
		}
	}
	where = "at the beginning"
	out := first(o, make([]R, len(ids)))
	kernel(first(q, query), first(r, rows), first(i, ids), out)
	check(out)
	where = "at the end"
	out = last(o, make([]R, len(ids)))
	kernel(last(q, query), last(r, rows), last(i, ids), out)
	check(out)
}
