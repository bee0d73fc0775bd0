package duck

import (
	"context"
	"testing"
	"time"
)

// TestProgress: a statement that runs tells how far it is, and the next one begins
// anew.
func TestProgress(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	files := []string{parquet(t, p, "rows.parquet", "select i as id from range(300000) t(i)", "id: 1")}
	table := View{Name: "t", Files: files, Rows: 300000, Columns: []Column{{FieldID: 1, Name: "id", Type: "long"}}}
	s, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gauge := s.Gauge()
	if got := gauge.Read(); got.Fraction >= 0 {
		t.Errorf("before a statement: %+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer s.Close()
		// Each of 300,000 rows is made a text of 32 KiB: it takes seconds.
		statement, err := s.Parse(ctx, "SELECT sum(length(repeat(md5(id::VARCHAR), 1000))) FROM t")
		if err == nil {
			_, err = s.Run(ctx, Request{Statement: statement, Views: []View{table}})
		}
		if err == nil {
			t.Error("the statement was not cancelled")
		}
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(5 * time.Minute)
	for got := gauge.Read(); got.Fraction <= 0 || got.Fraction >= 1 || got.Rows < 1 || got.Rows > 300000; got = gauge.Read() {
		if <-tick.C; time.Now().After(deadline) {
			t.Fatalf("it is at %+v", got)
		}
	}
	cancel()
	<-ended
	if got := gauge.Read(); got.Fraction >= 0 {
		t.Errorf("after the statement: %+v", got)
	}
}

// TestNoStatementSeesAnother: what was made for one is gone when the next runs in the
// same worker, also after an error, a cancellation and an answer that was left.
func TestNoStatementSeesAnother(t *testing.T) {
	c := testConfig(t)
	c.MaxWorkers = 1
	p := newTestPool(t, c)
	columns := []Column{{FieldID: 1, Name: "id", Type: "long"}}
	with := Request{Views: []View{{Name: "t", Columns: columns}, {Schema: "hr", Name: "u", Columns: columns}}}
	pid := 0
	for _, sql := range []string{"SELECT count(*) FROM t, hr.u", "SELECT nosuch FROM t, hr.u", "SELECT error('x') FROM range(9) LEFT JOIN t ON true LEFT JOIN hr.u ON true", "EXPLAIN ANALYZE FROM t, hr.u"} {
		_, _ = ask(t.Context(), p, sql, with)
		b, err := startQuery(t.Context(), p, "SELECT table_name FROM (SELECT 1 AS table_name) UNION ALL SELECT i FROM range(10000000) r(i)", Request{})
		if err != nil {
			t.Fatal(err)
		}
		if worker := b.Session.process.cmd.Process.Pid; pid == 0 {
			pid = worker
		} else if worker != pid {
			t.Errorf("%s: the worker was replaced", sql)
		}
		b.close() // not read
		other := Request{Views: []View{{Name: "t", Columns: []Column{{FieldID: 1, Name: "other", Type: "string"}}}}}
		if got := answer(t, p, "SELECT column_name AS c FROM (DESCRIBE t)", other); got != `{"c":"other"}` {
			t.Errorf("after %s: %s", sql, got)
		}
	}
}
