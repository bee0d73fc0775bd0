package engine_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// After Mend nothing of what was deleted or replaced is saved: no number of a vector, no
// id and no text.
func TestNothingOfTheDeadIsSaved(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 4, Metric: hnsw.L2, MaxItems: 500})
	secret := func(n int) engine.Item {
		return engine.Item{ID: fmt.Sprintf("secret-%d", n), Vector: []float32{1234.5678, float32(n), 2, 3}, Metadata: []byte(`{"text":"hushed"}`)}
	}
	for n := range 40 {
		plain := secret(100 + n)
		plain.ID, plain.Vector, plain.Metadata = fmt.Sprintf("plain-%d", n), []float32{float32(n), 1, 2, 3}, nil
		put(t, x, secret(n), plain)
	}
	x.Settle(t.Context(), 1)
	traces := func() (found int) {
		var out bytes.Buffer
		if err := x.Save(&out, nil); err != nil {
			t.Fatal(err)
		}
		for _, trace := range [][]byte{[]byte("secret-"), []byte("hushed"), binary.LittleEndian.AppendUint32(nil, math.Float32bits(1234.5678))} {
			if bytes.Contains(out.Bytes(), trace) {
				found++
			}
		}
		return found
	}
	if got := traces(); got != 3 {
		t.Fatalf("the test sees %d of 3 traces", got)
	}
	var ids []string
	for n := range 40 {
		if n%2 == 0 {
			ids = append(ids, secret(n).ID)
			continue
		}
		now := secret(n)
		now.Vector, now.Metadata = []float32{0, 0, 0, 1}, nil
		put(t, x, now)
		ids = append(ids, now.ID)
	}
	x.Delete(ids)
	x.Mend()
	if got := traces(); got != 0 {
		t.Errorf("%d of 3 traces are left", got)
	}
	x.Settle(t.Context(), 1)
	if got := traces(); got != 0 {
		t.Errorf("%d of 3 traces are left after its upkeep", got)
	}
}

// Room tells what an Apply will take, and mends the graph to make some.
func TestRoom(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 10})
	put(t, x, items(0, 10)...)
	if got := x.Room(1); got != 0 {
		t.Errorf("room for %d in a full index", got)
	}
	x.Delete([]string{"c-0003", "c-0004"})
	if got := x.Room(1); got != 2 {
		t.Errorf("room for %d where two were deleted", got)
	}
	put(t, x, items(10, 12)...)
}

// What was applied before a save took its moment is in it; the moment comes before the
// bytes.
func TestTheMomentOfASave(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 100})
	put(t, x, items(0, 20)...)
	var out bytes.Buffer
	taken := 0
	if err := x.Save(&out, func() { taken = 1 + out.Len() }); err != nil || taken != 1 {
		t.Errorf("taken at byte %d, %v", taken-1, err)
	}
}
