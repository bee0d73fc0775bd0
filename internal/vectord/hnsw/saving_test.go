package hnsw_test

import (
	"bytes"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// While a save writes, its slots are deleted, repaired, given out again, and that twice: what
// it writes is what there was when it began.
func TestASaveIsOfTheMomentWhenItBegan(t *testing.T) {
	const n = 300
	for _, float := range []bool{false, true} {
		x := newIndex(t, hnsw.Config{Dimension: 100, Metric: hnsw.L2, EfConstruction: 20, Float: float, MaxItems: n}, clustered(n, 100, 71))
		var want, got bytes.Buffer
		if err := x.Save(&want, func() {}); err != nil {
			t.Fatal(err)
		}
		parts, shrunk := 0, true
		again := func(seed uint64) {
			for _, slot := range x.slots() {
				x.delete(t, slot)
			}
			x.Repair()
			x.insert(t, clustered(n, 100, seed))
		}
		if err := x.Save(writer(func(p []byte) (int, error) {
			if parts++; parts == 2 { // behind the head
				again(72)
				again(73)
				for _, slot := range x.slots()[:n/2] {
					x.delete(t, slot)
				}
				shrunk = x.Shrink(func(from, to uint32) { t.Errorf("slot %d is moved to %d", from, to) })
			}
			return got.Write(p)
		}), func() {}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) || shrunk {
			t.Errorf("float %v: the save is not of the moment when it began, or memory was given back: %v", float, shrunk)
		}
		if s := x.Stats(); s.Saves != 0 || s.Saving != 0 || s.Alive != n/2 {
			t.Errorf("%+v after the save", s)
		}
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
