package engine_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// After Mend nothing of what was deleted or replaced is saved: no number of a vector, no
// id, no text and no word of one.
func TestNothingOfTheDeadIsSaved(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 4, Metric: hnsw.L2, MaxItems: 500, TextFields: []string{"text"}})
	secret := func(n int) engine.Item {
		return engine.Item{ID: fmt.Sprintf("secret-%d", n), Vector: []float32{1234.5678, float32(n), 2, 3}, Metadata: []byte(`{"text":"HUSHED WhisPered"}`)}
	}
	for n := range 40 {
		plain := secret(100 + n)
		plain.ID, plain.Vector, plain.Metadata = fmt.Sprintf("plain-%d", n), []float32{float32(n), 1, 2, 3}, []byte(`{"text":"aloud"}`)
		put(t, x, secret(n), plain)
	}
	x.Settle(t.Context(), 1)
	traces := func() (found int) {
		var out bytes.Buffer
		if err := x.Save(&out, nil); err != nil {
			t.Fatal(err)
		}
		for _, trace := range [][]byte{[]byte("secret-"), []byte("HUSHED"), []byte("hushedwhispered"), binary.LittleEndian.AppendUint32(nil, math.Float32bits(1234.5678))} {
			if bytes.Contains(out.Bytes(), trace) {
				found++
			}
		}
		return found
	}
	if got := traces(); got != 4 {
		t.Fatalf("the test sees %d of 4 traces", got)
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
		t.Errorf("%d of 4 traces are left", got)
	}
	x.Settle(t.Context(), 1)
	if got := traces(); got != 0 {
		t.Errorf("%d of 4 traces are left after its upkeep", got)
	}
}

// A full index takes items in the place of others, as often as anybody likes and all of
// them at once, and no new one until there is room.
func TestAFullIndexIsUpdated(t *testing.T) {
	const most = 3000
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: most, EfConstruction: 16})
	put(t, x, items(0, most)...)
	for range 6 { // more than the graph has slots for, without mending
		put(t, x, items(0, most)...)
	}
	if room, slots := x.Room(), x.Slots(most); room != 0 || slots < most {
		t.Errorf("room for %d new items and %d in all in a full index", room, slots)
	}
	mixed, err := x.Check(items(most-1, most+1))
	if err != nil {
		t.Fatal(err)
	}
	var full *engine.FullError
	if _, _, err := x.Apply(mixed); !errors.As(err, &full) || full.Items != 1 || full.Room != 0 || x.Len() != most {
		t.Errorf("a new item beside one that is there: %v, and %d are in", err, x.Len())
	}
	x.Delete([]string{"c-0003"})
	if added, updated, err := x.Apply(mixed); err != nil || added != 1 || updated != 1 || x.Room() != 0 {
		t.Errorf("where one was deleted: %d new, %d in place, %v", added, updated, err)
	}
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
