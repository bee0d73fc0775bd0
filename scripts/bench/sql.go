package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// sqlRuns is how often each statement runs on each side.
const sqlRuns = 300

// sql measures /v1/sql beside the same statement in DuckDB in this process, over
// the same Parquet files.
func (b *bench) sql(ctx context.Context) error {
	file, err := b.timesheets(ctx, b.megabytes)
	if err != nil {
		return err
	}
	f, err := b.startFleet(ctx, "sql", processes.Daemons()...)
	if err != nil {
		return err
	}
	defer f.Stop()
	if _, err := f.load(ctx, file, "timesheets", nil); err != nil {
		return err
	}
	db, err := b.inProcess(ctx, f)
	if err != nil {
		return err
	}
	defer db.Close()

	filtered := "SELECT count(*) FROM timesheets WHERE overtime_hours > 5 AND approved"
	table := fmt.Sprintf("filtered count on a table of %d MB", file.megabytes)
	for _, statement := range []struct {
		what, sql string
		cached    bool
	}{
		{"SELECT 1", "SELECT 1", false},
		{table, filtered, false},
		{table + ", asked again", filtered, true},
	} {
		if err := b.compare(ctx, f, db, "p50 of /v1/sql, "+statement.what, query.Request{SQL: statement.sql, NoCache: !statement.cached}); err != nil {
			return err
		}
	}
	return nil
}

// openDuck opens an empty DuckDB in this process.
func openDuck() (*sql.DB, error) { return sql.Open("duckdb", "") }

// inProcess opens DuckDB here, with a view over the dataset's own files.
func (b *bench) inProcess(ctx context.Context, f *fleet) (*sql.DB, error) {
	manifest, err := (&catalog.Client{Client: f.Gateway()}).Manifest(ctx, "timesheets", 0)
	if err != nil {
		return nil, err
	}
	var paths []string
	for i, object := range manifest.Objects {
		path := filepath.Join(b.scratch, fmt.Sprintf("timesheets_%d.parquet", i))
		if err := f.fetch(ctx, object.Key, path); err != nil {
			return nil, err
		}
		paths = append(paths, quote(path))
	}
	db, err := openDuck()
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, "CREATE VIEW timesheets AS FROM read_parquet(["+strings.Join(paths, ", ")+"])")
	return db, err
}

func (f *fleet) fetch(ctx context.Context, key, path string) error {
	client := storage.Client{Client: f.Gateway()}
	body, _, err := client.Get(ctx, key, storage.Range{})
	if err != nil {
		return err
	}
	defer body.Close()
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, body); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// compare runs one statement on both sides and checks that they agree.
func (b *bench) compare(ctx context.Context, f *fleet, db *sql.DB, what string, request query.Request) error {
	client := query.Client{Client: f.Gateway()}
	var here int64
	var there json.RawMessage
	ours := func(int) (time.Duration, error) {
		return measure.Timed(func() error {
			answer, err := client.Run(ctx, request)
			if err == nil {
				there = answer.Rows[0][0]
			}
			return err
		})
	}
	peer := func(int) (time.Duration, error) {
		return measure.Timed(func() error { return db.QueryRowContext(ctx, request.SQL).Scan(&here) })
	}
	if _, err := measure.Alternate(10, ours, peer); err != nil { // warm both
		return err
	}
	took, err := measure.Alternate(sqlRuns, ours, peer)
	if err != nil {
		return err
	}
	if got := fmt.Sprint(here); got != string(there) {
		return fmt.Errorf("%s: /v1/sql answers %s, DuckDB in process %s", request.SQL, there, got)
	}
	b.add(measure.Row{What: what, Ours: measure.Millis(measure.Median(took[0])), Peer: measure.Millis(measure.Median(took[1])), Who: "DuckDB in process", Lower: true})
	return nil
}
