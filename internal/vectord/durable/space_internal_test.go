package durable

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// leaveLittle takes address space until no 16 GiB of it are left in one piece, and gives what
// gives it back.
func leaveLittle(t *testing.T) func() {
	t.Helper()
	var taken [][]byte
	for size := 64 << 40; size >= 16<<30; {
		b, err := unix.Mmap(-1, 0, size, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
		if err != nil {
			size /= 2
			continue
		}
		taken = append(taken, b)
	}
	return func() {
		for _, b := range taken {
			if err := unix.Munmap(b); err != nil {
				t.Error(err)
			}
		}
	}
}

// Where there is no address space for an index, nothing is said of its objects, which are whole.
func TestNoAddressSpaceIsNoDamage(t *testing.T) {
	o := Options{ID: "0198-index", Storage: testbed.StartStoraged(t), Kernels: simd.Best(), Engine: engine.Config{Dimension: 16384, MaxItems: 100}}
	x, err := Create(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Engine.MaxItems = 1 << 20
	if x, err = prepare(o); err != nil {
		t.Fatal(err)
	}
	defer x.cancel()
	defer x.stop()
	heads, parts, err := x.list(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	giveBack := leaveLittle(t)
	_, err = x.load(t.Context(), found{heads: heads, parts: parts}, &Progress{})
	giveBack()
	if !errors.Is(err, unix.ENOMEM) || len(x.damage) > 0 || len(x.stale) > 0 {
		t.Errorf("%v, damage %+v, to be removed %v", err, x.damage, x.stale)
	}
}
