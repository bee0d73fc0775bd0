package queryd

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// endless never ends and asks for little memory.
const endless = "SELECT count(*) FROM range(1000000000000) a(i), range(1000000) b(j) WHERE i * j % 7 = 8"

// background runs a statement and gives its error when it ends.
func (d *daemon) background(ctx context.Context, sql string) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := d.Run(ctx, query.Request{SQL: sql})
		ended <- err
	}()
	return ended
}

// stillServes makes sure that the daemon is well and has nothing left running,
// what it asks itself included.
func (d *daemon) stillServes() {
	d.t.Helper()
	d.waitIdle()
	if got := d.sql("SELECT 42").rows(d.t); got != "[[42]]" {
		d.t.Errorf("afterwards: %s", got)
	}
	d.waitIdle()
}

func TestDeadline(t *testing.T) {
	c := small()
	c.MaxConcurrent = 1
	d := start(t, c, nil)
	for _, format := range []string{"json", "arrow"} {
		p := d.post("/sql?timeout_ms=200&format="+format, endless, "Content-Type", "text/plain").expect(t, query.ErrTimeout)
		if p.Fields["timeout_ms"] == nil || !strings.Contains(p.Detail, "200 ms") {
			t.Errorf("problem %+v", p)
		}
	}
	d.stillServes()
}

func TestMemoryBound(t *testing.T) {
	d := start(t, small(), nil)
	for _, sql := range []string{
		"SELECT length(repeat('a', 4000000000))",
		"SELECT length(string_agg(repeat(i::VARCHAR, 1000), '')) FROM range(3000000) t(i)",
		"SELECT list(i) FROM range(800000000) t(i)",
	} {
		p := d.sql(sql).expect(t, query.ErrMemory)
		if p.Fields["limit"] == nil || !strings.Contains(p.Detail, "_bytes") {
			t.Errorf("%s: the problem names no bound and no remedy: %+v", sql, p)
		}
	}
	d.stillServes()
}

// workers gives the query workers of this process, each with the processor time
// that it has used, in hundredths of a second.
func workers(t *testing.T) map[int]int {
	t.Helper()
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	used := map[int]int{}
	for _, list := range lists {
		pids, _ := os.ReadFile(list) // a thread may have ended meanwhile
		for pid := range strings.FieldsSeq(string(pids)) {
			stat, err := os.ReadFile("/proc/" + pid + "/stat")
			if err != nil {
				continue // it has ended
			}
			id, _ := strconv.Atoi(pid)
			fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
			used[id], _ = strconv.Atoi(fields[11])
		}
	}
	return used
}

// awaitBusy gives the worker that has used a fifth of a second of processor time
// since before, as only a running statement does.
func awaitBusy(t *testing.T, before map[int]int) (pid int) {
	t.Helper()
	testbed.Until(t, "a worker is busy", func() bool {
		for id, used := range workers(t) {
			if at, ok := before[id]; ok && used > at+20 {
				pid = id
			}
		}
		return pid != 0
	})
	return pid
}

func TestKilledWorkerCostsOneStatement(t *testing.T) {
	c := small()
	c.MaxConcurrent = 1
	d := start(t, c, nil)
	d.stillServes() // so that its worker is up
	before := workers(t)
	ended := d.background(t.Context(), endless)
	if err := syscall.Kill(awaitBusy(t, before), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, query.ErrWorkerLost) {
		t.Errorf("got %v, want query_worker_lost", err)
	}
	d.stillServes()
}

func TestKilledWorkerAbortsItsStream(t *testing.T) {
	// The worker is busy, and the daemon has little to send.
	const rarely = "SELECT i FROM range(100000000000) t(i) WHERE i < 1000000 OR hash(i) % 100000 = 0"
	c := small()
	c.MaxConcurrent = 1
	d := start(t, c, nil)
	d.stillServes() // so that its worker is up
	before := workers(t)
	body, err := d.Stream(t.Context(), query.Request{SQL: rarely, Format: query.CSV})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, body)
		copied <- err
	}()
	if err := syscall.Kill(awaitBusy(t, before), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-copied; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want an unexpected end", err)
	}
	d.stillServes()
}

func TestCancel(t *testing.T) {
	c := small()
	c.MaxConcurrent = 1
	d := start(t, c, nil)
	first := d.background(t.Context(), endless)
	testbed.Until(t, "the first runs", func() bool { return len(d.listed(query.Active)) == 1 })
	second := d.background(t.Context(), endless+" AND 2 = 2")
	testbed.Until(t, "the second waits", func() bool { return len(d.listed(query.Queued)) == 1 })
	running, queued := d.listed(query.Active)[0], d.listed(query.Queued)[0]
	if running.SQL != endless || running.StartedAt.IsZero() || queued.QueryID == running.QueryID {
		t.Errorf("listed %+v and %+v", running, queued)
	}
	for _, c := range []struct {
		id    string
		ended <-chan error
	}{{queued.QueryID, second}, {running.QueryID, first}} {
		if err := d.Cancel(t.Context(), c.id); err != nil {
			t.Error(err)
		}
		if err := <-c.ended; !errors.Is(err, query.ErrCancelled) {
			t.Errorf("got %v, want query_cancelled", err)
		}
	}
	if err := d.Cancel(t.Context(), running.QueryID); !errors.Is(err, query.ErrNotFound) {
		t.Errorf("an ended query: got %v, want query_not_found", err)
	}
	d.stillServes()
}

func TestQueueIsBounded(t *testing.T) {
	c := small()
	c.MaxConcurrent, c.MaxQueue = 1, 1
	d := start(t, c, nil)
	ctx, leave := context.WithCancel(t.Context())
	first := d.background(ctx, endless)
	testbed.Until(t, "the first runs", func() bool { return len(d.listed(query.Active)) == 1 })
	second := d.background(ctx, endless)
	testbed.Until(t, "the second waits", func() bool { return len(d.listed(query.Queued)) == 1 })
	a := d.sql("SELECT 1")
	p := a.expect(t, query.ErrTooMany)
	if a.header.Get("Retry-After") == "" || p.RetryAfter == 0 {
		t.Errorf("nothing says when to come again: %v", a.header)
	}
	leave()
	<-first
	<-second
	d.stillServes()
}

func TestQueueWaitEnds(t *testing.T) {
	c := small()
	c.MaxConcurrent = 1
	c.QueueWait = 1 // a nanosecond
	d := start(t, c, nil)
	ctx, leave := context.WithCancel(t.Context())
	first := d.background(ctx, endless)
	testbed.Until(t, "the first runs", func() bool { return len(d.listed(query.Active)) == 1 })
	d.sql("SELECT 1").expect(t, query.ErrTooMany)
	leave()
	<-first
	d.stillServes()
}

func TestClientThatLeavesEndsItsStatement(t *testing.T) {
	d := start(t, small(), nil)
	ctx, leave := context.WithCancel(t.Context())
	ended := d.background(ctx, endless)
	testbed.Until(t, "the statement runs", func() bool { return len(d.listed(query.Active)) == 1 })
	leave()
	<-ended
	d.stillServes()
}

// TestSlowReader: what a client does not read stays in the worker's query, not
// in anybody's memory; and such a client can be cancelled.
func TestSlowReader(t *testing.T) {
	d := start(t, small(), nil)
	for _, format := range []query.Format{query.CSV, query.NDJSON, query.Arrow} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		body, err := d.Stream(t.Context(), query.Request{SQL: "SELECT i, repeat('x', 100) AS s FROM range(2000000000) t(i)", Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(body, make([]byte, 100_000)); err != nil {
			t.Fatal(err)
		}
		var id string
		stands := 0
		last := int64(-1)
		testbed.Until(t, "the writing stands still", func() bool {
			running := d.listed(query.Active)
			if len(running) != 1 {
				t.Fatalf("%d statements run", len(running))
			}
			if stands++; running[0].Rows != last {
				stands = 0
			}
			id, last = running[0].QueryID, running[0].Rows
			return stands == 40
		})
		if last > 1_000_000 {
			t.Errorf("%s: %d rows were written to a client that does not read", format, last)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
			t.Errorf("%s: the heap has grown by %d bytes", format, grown)
		}
		if err := d.Cancel(t.Context(), id); err != nil {
			t.Error(err)
		}
		if _, err := io.Copy(io.Discard, body); err == nil {
			t.Errorf("%s: a cancelled stream ended well", format)
		}
		body.Close()
		d.stillServes()
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	d := start(t, small(), nil)
	results := make(chan error)
	const clients = 16
	for i := range clients {
		go func() {
			for j := range 10 {
				want := strconv.Itoa(i*1000 + j)
				answer, err := d.Run(context.Background(), query.Request{SQL: "SELECT " + want + " FROM range(3)"})
				if err != nil || len(answer.Rows) != 3 || string(answer.Rows[2][0]) != want {
					results <- errors.Join(err, errors.New("wrong answer to "+want))
					return
				}
			}
			results <- nil
		}()
	}
	for range clients {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestPeerThatIsDownIsNamed(t *testing.T) {
	c := small()
	c.Access = accessAuto
	d := start(t, c, nil)
	resp, err := http.Get(d.url + "/ready")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(text), "storaged") {
		t.Errorf("/ready: %d %s", resp.StatusCode, text)
	}
	a := d.sql("SELECT 1")
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "storaged") || a.header.Get("Retry-After") == "" {
		t.Errorf("without storaged: %d %s", a.status, a.body)
	}
	c.Access = accessCache
	d = start(t, c, nil)
	a = d.sql("SELECT * FROM placements")
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "catalogd") {
		t.Errorf("without catalogd: %d %s", a.status, a.body)
	}
}
