package duck

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// spills needs more memory than a small worker has: the last of twelve million rows in
// the order of a permutation of them.
const spills = "select i from (select i, (i * 7919) % 12000000 as h from range(12000000) t(i) order by h desc offset 11999999)"

// TestWhatSpillsIsRightAndGoes: what does not fit into memory goes to disk, is told
// while it is there, gives the right answer, and is gone afterwards, also when the
// worker was killed.
func TestWhatSpillsIsRightAndGoes(t *testing.T) {
	c := smallMemory(t)
	c.MaxWorkers = 1
	p := newTestPool(t, c)
	unwatched(p)
	spilling(t, p, spills, func(*Session) {}, func(rows []string, err error) {
		if err != nil || len(rows) != 1 || rows[0] != `{"i":0}` {
			t.Errorf("the last row: %v, %v", rows, err)
		}
	})
	spilling(t, p, spills, func(s *Session) { s.process.cmd.Process.Kill() }, func(_ []string, err error) {
		if !errors.Is(err, ErrCrashed) {
			t.Errorf("of a worker that was killed: %v", err)
		}
	})
	if got := answer(t, p, "select 1 as a", Request{}); got != `{"a":1}` {
		t.Errorf("afterwards: %s", got)
	}
	folders, err := os.ReadDir(c.SpillDir)
	if bytes := folderBytes(c.SpillDir); err != nil || bytes > 0 || len(folders) > 1 {
		t.Errorf("%d bytes and %d folders are left, %v", bytes, len(folders), err)
	}
}

// unwatched lets the next worker have more resident than DuckDB may manage: the race
// detector and a busy machine leave so much beside it that the watch would end what
// only spills.
func unwatched(p *Pool) { p.idle[0].limits.MemoryBytes = 1 << 30 }

// spilling runs a statement; when it has something on disk, meanwhile is called, and
// at its end done.
func spilling(t *testing.T, p *Pool, sql string, meanwhile func(*Session), done func(rows []string, err error)) {
	t.Helper()
	s, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gauge := s.Gauge()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		done(run(t.Context(), s, sql))
	}()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for told := false; ; {
		select {
		case <-ended:
			if !told {
				t.Error("nothing was told to be on disk")
			}
			s.Close()
			return
		case <-tick.C:
		}
		if !told && gauge.Read().SpillBytes > 0 {
			told = true
			meanwhile(s)
		}
	}
}

func run(ctx context.Context, s *Session, sql string) ([]string, error) {
	statement, err := s.Parse(ctx, sql)
	if err != nil {
		return nil, err
	}
	stream, err := s.Run(ctx, Request{Statement: statement})
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	return readRows(stream)
}
