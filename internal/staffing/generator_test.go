package staffing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
)

// The hashes change when a row changes. Whoever changes one on purpose changes
// everybody's numbers: say so in the changelog.
func TestSmallScaleIsTheSameForEver(t *testing.T) {
	golden := map[string]string{
		"clients":     "4e8d654eb0d5109855dea15c22916de8b52d9daf427e6a3aa5433c62b03232e1",
		"jobs":        "af89990b1f78cd3dfc88e6b2b1a8200d4214f86dd7feef64ca5a495f201a2a5a",
		"candidates":  "a79442065784d1aae629dd5848495b2bfee5ec4a17a64594593d153a8fc74ff8",
		"submissions": "dea19f17dd1c289a7b3bf2819e4a6d9268bf0c80668942f0c2071350b050f099",
		"placements":  "8714cc61f36845c8e0b7ae3dda63dc27f1cdd27caea2a2a39f249dc2ba493b62",
		"timesheets":  "54ede3948f54d3aa2f17f39f84735ef46f2d3b5401e6004a99078665f097dfc8",
	}
	for _, table := range Tables(Small) {
		sum := sha256.Sum256(read(t, table.Name).text)
		if got := hex.EncodeToString(sum[:]); got != golden[table.Name] {
			t.Errorf("%s has SHA-256 %s, want %s", table.Name, got, golden[table.Name])
		}
	}
}

func TestAnotherSeedIsOtherData(t *testing.T) {
	for _, table := range Tables(Small) {
		if bytes.Equal(generate(t, New(1), table.Name, 100), generate(t, New(2), table.Name, 100)) {
			t.Errorf("%s is the same for the seeds 1 and 2", table.Name)
		}
	}
}

func TestScaleAndPiecesNeverChangeARow(t *testing.T) {
	g := New(DefaultSeed)
	for _, table := range Tables(Small) {
		t.Run(table.Name, func(t *testing.T) {
			near := min(table.Rows, 500) // rows on either side of the first book's end
			from, to := table.Rows-near, table.Rows+near
			window := inPieces(t, g, table.Name, from, to, 1)
			if pieces := inPieces(t, g, table.Name, from, to, 3); !bytes.Equal(window, pieces) {
				t.Error("three ranges written at once are not the same bytes as one")
			}
			inBook := inPieces(t, g, table.Name, from, table.Rows, 1)
			if !bytes.HasPrefix(window, inBook) {
				t.Error("a range into the next book begins with other rows than one that ends before it")
			}
			if !bytes.HasSuffix(read(t, table.Name).text, inBook) {
				t.Error("the small scale ends with other rows than their range")
			}
		})
	}
}

// inPieces writes the rows in n ranges, each in its own goroutine.
func inPieces(t *testing.T, g *Generator, table string, from, to, n int) []byte {
	parts := make([]bytes.Buffer, n)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() {
			first, last := from+(to-from)*i/n, from+(to-from)*(i+1)/n
			if err := g.WriteRange(t.Context(), &parts[i], table, first, last); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	var whole []byte
	for i := range parts {
		whole = append(whole, parts[i].Bytes()...)
	}
	return whole
}

func TestEverySeedMakesWholeBooks(t *testing.T) {
	for seed := range uint64(8) {
		b := newBook(New(seed), int(seed)*13)
		if len(b.jobs) != jobsPerBook || len(b.submissions) != submissionsPerBook ||
			len(b.placements) != placementsPerBook || b.sheets.total() != timesheetsPerBook {
			t.Errorf("seed %d: %d jobs, %d submissions, %d placements, %d timesheets", seed,
				len(b.jobs), len(b.submissions), len(b.placements), b.sheets.total())
		}
	}
}

func TestNoRowsAreAHeaderAlone(t *testing.T) {
	got := generate(t, New(DefaultSeed), "timesheets", 0)
	if want := "timesheet_id,placement_id,week_ending,"; !bytes.HasPrefix(got, []byte(want)) || bytes.Count(got, []byte("\n")) != 1 {
		t.Errorf("zero rows are %q", got)
	}
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	g := New(DefaultSeed)
	if err := g.Write(t.Context(), io.Discard, "invoices", 1); err == nil || !strings.Contains(err.Error(), "timesheets") {
		t.Errorf("an unknown table: %v, want an error that lists the tables", err)
	}
	if err := g.WriteRange(t.Context(), io.Discard, "clients", 5, 4); err == nil {
		t.Error("a range that ends before it begins is accepted")
	}
	if err := g.WriteRange(t.Context(), io.Discard, "clients", -1, 4); err == nil {
		t.Error("a negative row is accepted")
	}
	full := errors.New("disk full")
	if err := g.Write(t.Context(), failingWriter{full}, "clients", 1); !errors.Is(err, full) {
		t.Errorf("a writer that fails: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Write(ended, io.Discard, "timesheets", 1_000_000_000); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// BenchmarkTimesheets is the speed at which files for load tests are made.
func BenchmarkTimesheets(b *testing.B) {
	g := New(DefaultSeed)
	var size countingWriter
	for b.Loop() {
		size = 0
		if err := g.Write(b.Context(), &size, "timesheets", 300_000); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(size))
}

type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}
