package vectord

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// used is a room that somebody has filled.
func used(bytes int) *room { return &room{block: slices.Repeat([]byte{0xa5}, bytes)} }

// What a room gives is nobody else's until it is left, however much is asked for, and
// nothing to Arrow of what was there before.
func TestARoomIsGivenOncePart(t *testing.T) {
	var all rooms
	for range 3 { // the first has no place yet
		r := all.enter()
		var parts [][]byte
		for i := range 20 {
			if part := r.Allocate(i * i * i); len(part) != i*i*i || cap(part) != len(part) || bytes.ContainsFunc(part, func(c rune) bool { return c != 0 }) {
				t.Fatalf("%d bytes are %d, and room for %d, with %.20x", i*i*i, len(part), cap(part), part)
			} else {
				parts = append(parts, part)
			}
			for j := range parts[i] {
				parts[i][j] = byte(i)
			}
		}
		parts[3] = r.Reallocate(1000, parts[3])
		for i, part := range parts {
			for j, c := range part {
				if want := byte(i); c != want && (i != 3 || j < 27) {
					t.Fatalf("byte %d of part %d is %d", j, i, c)
				}
			}
		}
		all.leave(r)
	}
	r := &room{}
	r.bytes(100 * mostRoom)
	if all.leave(r); len(r.block) > 2*mostRoom {
		t.Errorf("%d bytes are kept", len(r.block))
	}
}

// A search that does not fit its room is answered as one that does.
func TestRoomsAreNoBound(t *testing.T) {
	hits := slices.Repeat([]engine.Hit{{ID: "a", Score: 0.5, Metadata: []byte(`{"a":1}`)}}, 1000)
	var want []byte
	for _, size := range []int{0, 100, 10_000, 1 << 20} {
		got := recorded(t, used(size), hits)
		if want = slices.Concat(want, got)[:len(got)]; !bytes.Equal(got, want) {
			t.Errorf("a room of %d bytes: %.300s", size, got)
		}
	}
}

// recorded is what hits are as JSON and as Arrow.
func recorded(t *testing.T, mine *room, hits []engine.Hit) []byte {
	t.Helper()
	got := httptest.NewRecorder()
	q := engine.Query{WithMetadata: true}
	if err := errors.Join(writeJSON(got, mine, q, true, true, [][]engine.Hit{hits}), writeFound(got, mine, q, true, [][]engine.Hit{hits})); err != nil {
		t.Fatal(err)
	}
	return got.Body.Bytes()
}
