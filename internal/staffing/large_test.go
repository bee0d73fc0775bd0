package staffing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
)

// The last rows of each table at the Large scale: they depend on all that is before
// them in their book. The hashes change when a row changes.
func TestLargeScaleIsTheSameForEver(t *testing.T) {
	golden := map[string]string{
		"clients":     "3f8aa6e16a69228a256f3d2b60382b22c98d3e199c581abe3e92ef0c8cf672f2",
		"jobs":        "bb78d1da3c9729ede23d80962e324b5c1a0fced2250112ec35997b335689948d",
		"candidates":  "193845a83d80f84426094475060aee73a0e85d44123332bc771d2f924d953ac7",
		"submissions": "560e079a54464a70b476c6c83904e261d5f31d54bdd0797596482edef65802b4",
		"placements":  "cef33ebf94081b35f4898615037156477e28e00784222c77f0c6325b667df0e7",
		"timesheets":  "616185b9d268a66ecc8e7c8cd82342e5e7e0b287d6e8f38cfe01eb949aa2589f",
	}
	g := NewAt(DefaultSeed, Large)
	want := map[string]int{"clients": 10_000, "jobs": 200_000, "candidates": 500_000, "submissions": 3_000_000, "placements": 300_000, "timesheets": 3_000_000}
	for _, table := range Tables(Large) {
		if table.Rows != want[table.Name] {
			t.Errorf("%d %s, want %d", table.Rows, table.Name, want[table.Name])
		}
		sum := sha256.New()
		if err := g.WriteRange(t.Context(), sum, table.Name, table.Rows-200, table.Rows); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != golden[table.Name] {
			t.Errorf("the last rows of %s have SHA-256 %s, want %s", table.Name, got, golden[table.Name])
		}
	}
}

// Whatever the number of workers, the bytes are those of one.
func TestWorkersNeverChangeAByte(t *testing.T) {
	for _, c := range []struct {
		scale Scale
		table string
		rows  int
	}{{Large, "placements", 6_500}, {Small, "timesheets", 30_500}, {Small, "candidates", 4_001}, {Small, "clients", 0}} {
		g := NewAt(DefaultSeed, c.scale)
		serial := generate(t, g, c.table, c.rows)
		for _, workers := range []int{1, 3} {
			var out bytes.Buffer
			told := 0
			err := g.WriteParallel(t.Context(), &out, c.table, c.rows, workers, func(rows int) { told += rows })
			if err != nil || told != c.rows || !bytes.Equal(out.Bytes(), serial) {
				t.Errorf("%s by %d workers: %v, %d rows told, %d bytes, want %d the same", c.table, workers, err, told, out.Len(), len(serial))
			}
		}
	}
}

func TestParallelEndsWithItsWriterAndItsContext(t *testing.T) {
	g, full := New(DefaultSeed), errors.New("disk full")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.WriteParallel(ended, io.Discard, "clients", 1_000_000_000, 3, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
	if err := g.WriteParallel(t.Context(), &failsAfter{full}, "clients", 1_000_000_000, 3, nil); !errors.Is(err, full) {
		t.Errorf("a writer that fails: %v", err)
	}
	if err := g.WriteParallel(t.Context(), io.Discard, "invoices", 1, 3, nil); err == nil {
		t.Error("an unknown table is accepted")
	}
}

// failsAfter takes the header and then fails.
type failsAfter struct{ err error }

func (f *failsAfter) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("client_id,")) {
		return len(p), nil
	}
	return 0, f.err
}

// A busier book is as sound: nobody works at two places at once, and what hangs
// together adds up.
func TestBusyBooksAreWhole(t *testing.T) {
	for seed := range uint64(2) {
		g := NewAt(seed, Large)
		b := newBook(g, int(seed)*49)
		if len(b.jobs) != g.per.jobs || len(b.submissions) != g.per.submissions || len(b.placements) != g.per.placements || b.sheets.total() != g.per.timesheets {
			t.Errorf("seed %d: %d jobs, %d submissions, %d placements, %d timesheets", seed, len(b.jobs), len(b.submissions), len(b.placements), b.sheets.total())
		}
		until := map[int][]assignment{}
		for _, a := range b.placements {
			for _, other := range until[a.candidate] {
				if a.start <= other.end() && other.start <= a.end() {
					t.Fatalf("seed %d: %d works at two places", seed, a.candidate)
				}
			}
			until[a.candidate] = append(until[a.candidate], a)
		}
	}
}
