package inorder_test

import (
	"errors"
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/inorder"
)

// Whatever the work on each takes, pieces come in order, and not more than a few wait.
func TestPiecesComeInOrder(t *testing.T) {
	const n = 500
	at, taken := 0, 0
	var out atomic.Int64
	next := func() (int, error) {
		if at == n {
			return 0, io.EOF
		}
		at++
		if waiting := out.Add(1); waiting > int64(8*runtime.GOMAXPROCS(0)) {
			t.Errorf("%d pieces are in memory", waiting)
		}
		return at, nil
	}
	work := func(p *int) error {
		for range *p % 7 {
			runtime.Gosched()
		}
		*p *= 10
		return nil
	}
	err := inorder.Run(next, work, func(p *int) error {
		taken++
		out.Add(-1)
		if *p != 10*taken {
			t.Errorf("piece %d is %d", taken, *p)
		}
		return nil
	})
	if err != nil || taken != n {
		t.Errorf("%d pieces, %v", taken, err)
	}
}

// The first error in their order ends it, whoever has it; what is before it is given.
func TestTheFirstErrorEndsIt(t *testing.T) {
	wrong := errors.New("wrong")
	fail := func(when bool) error {
		if when {
			return wrong
		}
		return nil
	}
	for name, c := range map[string]struct{ next, work, take int }{
		"reading": {next: 30, work: 40, take: 50}, "working": {next: 50, work: 30, take: 40}, "taking": {next: 50, work: 40, take: 30},
	} {
		at, taken := 0, 0
		err := inorder.Run(
			func() (int, error) { at++; return at, fail(at == c.next) },
			func(p *int) error { return fail(*p == c.work) },
			func(p *int) error {
				if err := fail(*p == c.take); err != nil {
					return err
				}
				taken++
				return nil
			})
		if !errors.Is(err, wrong) || taken != 29 {
			t.Errorf("%s: %d were taken, %v", name, taken, err)
		}
	}
}

// Only who brings the pieces says where they end: work that meets the end of what it reads
// has met an error.
func TestTheEndOfSomethingElseIsAnError(t *testing.T) {
	ends := func(when bool) error {
		if when {
			return io.EOF
		}
		return nil
	}
	for name, c := range map[string]struct{ work, take int }{"working": {work: 3}, "taking": {take: 3}} {
		at := 0
		err := inorder.Run(
			func() (int, error) { at++; return at, ends(at > 5) },
			func(p *int) error { return ends(*p == c.work) },
			func(p *int) error { return ends(*p == c.take) })
		if err != io.EOF {
			t.Errorf("%s: %v", name, err)
		}
	}
}
