package bodies

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// used is an arena that somebody has filled.
func used(bytes int) *Arena { return &Arena{block: slices.Repeat([]byte{0xa5}, bytes)} }

// What an arena gives is nobody else's until it is left, however much is asked for, and
// nothing to Arrow of what was there before.
func TestAnArenaGivesEachPartOnce(t *testing.T) {
	var all Arenas
	for range 3 { // the first has no place yet
		a := all.Enter()
		var parts [][]byte
		for i := range 20 {
			if part := a.Allocate(i * i * i); len(part) != i*i*i || cap(part) != len(part) || bytes.ContainsFunc(part, func(c rune) bool { return c != 0 }) {
				t.Fatalf("%d bytes are %d, and room for %d, with %.20x", i*i*i, len(part), cap(part), part)
			} else {
				parts = append(parts, part)
			}
			for j := range parts[i] {
				parts[i][j] = byte(i)
			}
		}
		parts[3] = a.Reallocate(1000, parts[3])
		for i, part := range parts {
			for j, c := range part {
				if want := byte(i); c != want && (i != 3 || j < 27) {
					t.Fatalf("byte %d of part %d is %d", j, i, c)
				}
			}
		}
		all.Leave(a)
	}
	a := &Arena{}
	a.bytes(100 * mostArena)
	if all.Leave(a); len(a.block) > 2*mostArena {
		t.Errorf("%d bytes are kept", len(a.block))
	}
}

// A search that does not fit its arena is answered as one that does.
func TestArenasAreNoBound(t *testing.T) {
	hits := slices.Repeat([]engine.Hit{{ID: "a", Score: 0.5, Metadata: []byte(`{"a":1}`)}}, 1000)
	var want []byte
	for _, size := range []int{0, 100, 10_000, 1 << 20} {
		got := recorded(t, used(size), hits)
		if want = slices.Concat(want, got)[:len(got)]; !bytes.Equal(got, want) {
			t.Errorf("an arena of %d bytes: %.300s", size, got)
		}
	}
}

// recorded is what hits are as JSON and as Arrow.
func recorded(t *testing.T, mine *Arena, hits []engine.Hit) []byte {
	t.Helper()
	got := httptest.NewRecorder()
	f := Found{Query: engine.Query{WithMetadata: true}, Near: true, Many: true, Lists: [][]engine.Hit{hits}}
	if err := errors.Join(f.writeJSON(got, mine), f.writeArrow(got, mine)); err != nil {
		t.Fatal(err)
	}
	return got.Body.Bytes()
}
