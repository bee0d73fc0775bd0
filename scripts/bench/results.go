package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// A result of a million rows of nine columns of every usual type, and one of
// thirty million rows that no one should hold in memory.
const (
	wideRows   = 1_000_000
	wideResult = `SELECT i AS id, 'Forklift operator ' || (i % 977) AS title, (i % 5000) / 100 AS ratio,
  (i % 9999)::DECIMAL(18,2) AS pay, DATE '2020-01-01' + (i % 2000)::INT AS day,
  TIMESTAMP '2020-01-01' + to_seconds(i) AS at, i % 3 = 0 AS approved, (i % 50)::INT AS state, 'TX-' || (i % 40) AS site
FROM range(1000000) t(i)`
	longResult = "SELECT i, i * 2 AS j, i % 7 AS k, i / 3 AS l FROM range(30000000) t(i)"
)

// results measures what it costs to take large results.
func (b *bench) results(ctx context.Context) error {
	f, err := b.startFleet(ctx, "results", processes.Daemons()...)
	if err != nil {
		return err
	}
	defer f.Stop()
	db, err := openDuck()
	if err != nil {
		return err
	}
	defer db.Close()
	for _, measure := range []func(context.Context, *fleet, *sql.DB) error{b.arrowResult, b.jsonResult, b.firstRow} {
		if err := measure(ctx, f, db); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) arrowResult(ctx context.Context, f *fleet, db *sql.DB) error {
	took, spent, err := metered(3*b.runs, func(int) (time.Duration, error) {
		return measure.Timed(func() error { return expectRows(wideRows)(f.drainArrow(ctx, wideResult)) })
	}, func(int) (time.Duration, error) {
		return measure.Timed(func() error {
			return expectRows(wideRows)(drainArrow(ctx, db, wideResult, func(int64) bool { return false }))
		})
	})
	if err != nil {
		return err
	}
	b.add(measure.Row{What: "Arrow result of 1M rows x 9, taken and decoded", Ours: rowRate(wideRows, measure.Median(took[0])),
		Peer: rowRate(wideRows, measure.Median(took[1])), Who: "duckdb-go's Arrow reader in process", Note: spent.String() + "; wanted: 0.9"})
	return nil
}

func (b *bench) jsonResult(ctx context.Context, f *fleet, db *sql.DB) error {
	limit := int64(wideRows)
	took, spent, err := metered(3*b.runs, func(int) (time.Duration, error) {
		return measure.Timed(func() error {
			body, err := f.query().Stream(ctx, query.Request{SQL: wideResult, Format: query.JSON, Limit: &limit})
			if err != nil {
				return err
			}
			defer body.Close()
			_, err = io.Copy(io.Discard, body)
			return err
		})
	}, func(int) (time.Duration, error) {
		return measure.Timed(func() error { return expectRows(wideRows)(scanAndEncode(ctx, db, wideResult)) })
	})
	if err != nil {
		return err
	}
	b.add(measure.Row{What: "JSON result of 1M rows x 9, taken", Ours: rowRate(wideRows, measure.Median(took[0])),
		Peer: rowRate(wideRows, measure.Median(took[1])), Who: "database/sql Scan and encoding/json in process", Note: spent.String() + "; wanted: 6"})
	return nil
}

// firstRow takes a result of 30M rows: when its first row is there, and what the
// fleet holds while all of it passes.
func (b *bench) firstRow(ctx context.Context, f *fleet, db *sql.DB) error {
	took, err := measure.Alternate(b.runs, func(int) (time.Duration, error) {
		return measure.Timed(func() error {
			body, err := f.query().Stream(ctx, query.Request{SQL: longResult, Format: query.NDJSON})
			if err != nil {
				return err
			}
			defer body.Close()
			_, err = bufio.NewReader(body).ReadBytes('\n')
			return err
		})
	}, func(int) (time.Duration, error) {
		return measure.Timed(func() error {
			_, err := drainArrow(ctx, db, longResult, func(int64) bool { return true })
			return err
		})
	})
	if err != nil {
		return err
	}
	b.add(measure.Row{What: "first row of 30M", Ours: measure.Millis(measure.Median(took[0])), Peer: measure.Millis(measure.Median(took[1])),
		Who: "duckdb-go's Arrow reader in process", Lower: true, Note: "wanted: 200 ms"})
	stop := make(chan struct{})
	peak := watchPeaks(f.Procs["queryd"].PID(), stop)
	err = expectRows(30_000_000)(f.drainArrow(ctx, longResult))
	close(stop)
	if held := <-peak; err == nil {
		b.add(measure.Row{What: "peak memory of queryd and its workers, 30M rows as Arrow", Ours: measure.Mebibytes(held),
			Peer: measure.Mebibytes(30_000_000 * 4 * 8), Who: "the bytes of the result", Lower: true})
	}
	return err
}

// drainArrow takes an Arrow stream from /v1/sql to its end.
func (f *fleet) drainArrow(ctx context.Context, statement string) (rows int64, err error) {
	body, err := f.query().Stream(ctx, query.Request{SQL: statement, Format: query.Arrow})
	if err != nil {
		return 0, err
	}
	defer body.Close()
	batches, err := ipc.NewReader(body)
	if err != nil {
		return 0, err
	}
	defer batches.Release()
	for batches.Next() {
		rows += batches.RecordBatch().NumRows()
	}
	if err := batches.Err(); err != nil {
		return rows, err
	}
	_, err = io.Copy(io.Discard, body) // the trailer, after which the connection is free
	return rows, err
}

func (f *fleet) query() *query.Client { return &query.Client{Client: f.Gateway()} }

// scanAndEncode is how a Go program writes rows as JSON without us.
func scanAndEncode(ctx context.Context, db *sql.DB, statement string) (n int64, err error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	out := json.NewEncoder(io.Discard)
	for ; rows.Next(); n++ {
		if err := rows.Scan(targets...); err != nil {
			return n, err
		}
		if err := out.Encode(values); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

func expectRows(want int64) func(int64, error) error {
	return func(got int64, err error) error {
		if err == nil && got != want {
			err = fmt.Errorf("%d rows came, not %d", got, want)
		}
		return err
	}
}

// rowRate of so many rows in that time, in millions a second.
func rowRate(rows int64, d time.Duration) measure.Value {
	return measure.Of(float64(rows)/1e6/d.Seconds(), "M rows/s")
}
