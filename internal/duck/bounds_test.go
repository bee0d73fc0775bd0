package duck

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

func smallMemory(t testing.TB) Config {
	c := testConfig(t)
	c.Limits.MemoryBytes = minMemory
	return c
}

func TestMemoryIsBounded(t *testing.T) {
	p := newTestPool(t, smallMemory(t))
	for _, sql := range []string{
		"select length(repeat('a', 1000000000) || i) from range(3) t(i)", // what DuckDB does not count
		"select list(i) from range(1000000000) t(i)",                     // what it counts
		"select length(lpad('x', 2000000000, 'abc'))",                    // in one piece
		"select length(string_agg(i::varchar, ',')) from range(1000000000) t(i)",
	} {
		_, err := ask(t.Context(), p, sql, Request{})
		var e *Error
		if !errors.As(err, &e) || e.Kind != ErrMemory || e.Limit != minMemory {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if got := answer(t, p, "select 1 as a", Request{}); got != `{"a":1}` {
		t.Errorf("afterwards: %s", got)
	}
}

func TestSpillIsBounded(t *testing.T) {
	c := smallMemory(t)
	c.Limits.SpillBytes = 32 << 20
	p := newTestPool(t, c)
	unwatched(p)
	_, err := ask(t.Context(), p, spills, Request{})
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrSpill || e.Limit != 32<<20 {
		t.Errorf("got %v, because of %q", err, cause(err))
	}
}

// endless are statements that do not end by themselves.
var endless = []string{
	"select count(*) from range(1000000000000) t(i) where i % 7 = 1",
	"with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r",
	"select count(*) from range(1000000) a, range(1000000) b, range(1000000) c where a.range + b.range = c.range * 3",
	"select * from range(1000000000000)",
	"select i from range(1000000000000) t(i) where i < 0",
}

func TestTheDeadlineEndsAStatement(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for _, sql := range endless {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if _, err := ask(ctx, p, sql, Request{}); !errors.Is(err, ErrTimeout) {
			t.Errorf("%s: %v", sql, err)
		}
		cancel()
	}
	if got := answer(t, p, "select 1 as a", Request{}); got != `{"a":1}` {
		t.Errorf("afterwards: %s", got)
	}
}

func TestALeavingClientEndsItsStatement(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for _, sql := range endless {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if _, err := ask(ctx, p, sql, Request{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestAStuckReaderStillEnds(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	b, err := startQuery(ctx, p, "select * from range(1000000000000)", Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	<-ctx.Done() // nobody reads: the worker is blocked in its pipe
	if _, err := b.WriteTo(io.Discard); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// A job's timeout is for its run: one that waited for its turn as long is not told
// that all were busy.
func TestAJobsTimeoutBeginsWithItsTurn(t *testing.T) {
	c := testConfig(t)
	c.Workers, c.MaxWorkers = 1, 1
	p := newTestPool(t, c)
	busy, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := p.Exec(t.Context(), Job{SQL: []string{"select 1", endless[0]}, Timeout: 300 * time.Millisecond})
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Errorf("it ended before its turn: %v", err)
	case <-time.After(600 * time.Millisecond):
		busy.Close()
		if err := <-ended; !errors.Is(err, ErrTimeout) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAJobObeysItsContext(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := p.Exec(ctx, Job{SQL: []string{"select 1", endless[0]}}); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// cause is what the log would say of an error.
func cause(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Cause
	}
	return ""
}
