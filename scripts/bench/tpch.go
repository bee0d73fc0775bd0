package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

const tpchQueries = 22

func tpchTables() []string {
	return []string{"customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"}
}

// tpch runs the 22 queries of TPC-H at scale factor 1 on both sides, over the
// same Parquet files, and compares every answer. Each is made anew.
func (b *bench) tpch(ctx context.Context) error {
	if b.tpchExtension == "" || b.pythonPackages == "" {
		fmt.Fprintln(os.Stderr, "bench: TPC-H is left out: DuckDB's extension tpch, which makes its data, or its Python package is not there")
		return nil
	}
	f, err := b.startFleet(ctx, "tpch", processes.Daemons()...)
	if err != nil {
		return err
	}
	defer f.Stop()
	peer, err := startPython(b.pythonPackages)
	if err != nil {
		return err
	}
	defer peer.stop()
	queries, err := b.makeTPCH(ctx, f, peer)
	if err != nil {
		return err
	}
	var totals, spent [2]time.Duration
	for i, text := range queries {
		if err := f.sameAnswer(ctx, peer, text); err != nil {
			return fmt.Errorf("query %d: %w", i+1, err)
		}
		took, effort, err := metered(b.runs, func(int) (d time.Duration, err error) {
			return measure.Timed(func() error { _, err := f.askAll(ctx, text); return err })
		}, func(int) (d time.Duration, err error) { return peer.run(text) })
		if err != nil {
			return fmt.Errorf("query %d: %w", i+1, err)
		}
		for k := range totals {
			totals[k] += measure.Median(took[k])
			spent[k] += effort.spent[k]
		}
		fmt.Fprintf(os.Stderr, "bench: TPC-H query %d: %.0f ms, DuckDB in Python %.0f ms; %s\n",
			i+1, measure.Millis(measure.Median(took[0])).Amount, measure.Millis(measure.Median(took[1])).Amount, effort)
	}
	b.add(measure.Row{What: "TPC-H SF1, sum of all 22 through /v1/sql, answers equal", Ours: measure.Millis(totals[0]), Peer: measure.Millis(totals[1]),
		Who: "DuckDB in Python, same files", Lower: true, Note: effort{b.runs, spent[:]}.String() + "; wanted: 1.1"})
	return nil
}

// makeTPCH generates the tables, registers their files as datasets, and gives the peer
// views over the same files.
func (b *bench) makeTPCH(ctx context.Context, f *fleet, peer *python) (queries []string, err error) {
	files := filepath.Join(b.scratch, "tpch-files")
	if err := os.Mkdir(files, 0o700); err != nil {
		return nil, err
	}
	maker, err := sql.Open("duckdb", filepath.Join(b.scratch, "tpch.duckdb"))
	if err != nil {
		return nil, err
	}
	defer maker.Close()
	maker.SetMaxOpenConns(1)
	for _, step := range []string{"LOAD " + quote(b.tpchExtension), "CALL dbgen(sf = 1)"} {
		if _, err := maker.ExecContext(ctx, step); err != nil {
			return nil, err
		}
	}
	for _, table := range tpchTables() {
		folder := filepath.Join(files, table)
		if err := writeTable(ctx, maker, table, folder); err != nil {
			return nil, err
		}
		if err := f.registerFolder(ctx, table, folder); err != nil {
			return nil, err
		}
		if _, err := peer.run(fmt.Sprintf("CREATE VIEW %s AS FROM read_parquet(%s)", table, quote(folder+"/*.parquet"))); err != nil {
			return nil, err
		}
	}
	rows, err := maker.QueryContext(ctx, "SELECT query FROM tpch_queries() ORDER BY query_nr")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		queries = append(queries, strings.TrimRight(strings.TrimSpace(text), ";"))
	}
	if len(queries) != tpchQueries {
		return nil, fmt.Errorf("%d queries, not %d", len(queries), tpchQueries)
	}
	return queries, rows.Err()
}

// writeTable writes a table's files with field ids, so that they are registered as
// they are.
func writeTable(ctx context.Context, maker *sql.DB, table, folder string) error {
	columns, err := takeHere(ctx, maker, "SELECT column_name FROM duckdb_columns() WHERE table_name = "+quote(table)+" ORDER BY column_index")
	if err != nil {
		return err
	}
	ids := make([]string, len(columns))
	for i, column := range columns {
		ids[i] = fmt.Sprintf("%s: %d", column[0], i+1)
	}
	_, err = maker.ExecContext(ctx, fmt.Sprintf("COPY %s TO %s (FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES '100MB', FIELD_IDS {%s})",
		table, quote(folder), strings.Join(ids, ", ")))
	return err
}

// registerFolder puts a folder's files into storage and registers them.
func (f *fleet) registerFolder(ctx context.Context, table, folder string) error {
	paths, err := filepath.Glob(folder + "/*.parquet")
	if err != nil {
		return err
	}
	registration := catalog.Registration{Name: table}
	for i, path := range paths {
		key := fmt.Sprintf("tpch/%s/%d.parquet", table, i)
		if err := f.upload(ctx, key, path); err != nil {
			return err
		}
		registration.Objects = append(registration.Objects, catalog.ObjectRef{Key: key})
	}
	_, _, err = (&catalog.Client{Client: f.Gateway()}).Register(ctx, registration, "")
	return err
}

func (f *fleet) upload(ctx context.Context, key, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	_, _, err = (&storage.Client{Client: f.Gateway()}).Put(ctx, key, file, info.Size(), storage.Condition{})
	return err
}

// sameAnswer compares the answers of both sides as text, which DuckDB writes for
// the peer. Doubles may differ in their last digits, since sums of them depend on
// the order in which threads finish.
func (f *fleet) sameAnswer(ctx context.Context, peer *python, statement string) error {
	answer, err := f.askAll(ctx, statement)
	if err != nil {
		return err
	}
	rows, err := peer.texts(statement)
	if err != nil {
		return err
	}
	if len(rows) != len(answer.Rows) {
		return fmt.Errorf("%d rows came, DuckDB in Python has %d", len(answer.Rows), len(rows))
	}
	for i, values := range answer.Rows {
		for k, raw := range values {
			theirs := "<nil>"
			if text := rows[i][k]; text != nil {
				theirs = *text
			}
			if ours := textOf(raw); !same(ours, theirs) {
				return fmt.Errorf("row %d: /v1/sql answers %s, DuckDB in Python %s", i, ours, theirs)
			}
		}
	}
	return nil
}

// askAll gives all rows of an answer of /v1/sql, made anew.
func (f *fleet) askAll(ctx context.Context, statement string) (query.Answer, error) {
	limit := int64(query.MaxLimit)
	return f.query().Run(ctx, query.Request{SQL: statement, Limit: &limit, NoCache: true})
}

// textOf gives a JSON value as DuckDB writes it as text.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		return text
	}
	if string(raw) == "null" {
		return fmt.Sprint(nil)
	}
	return string(raw)
}

func same(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && math.Abs(x-y) <= 1e-9*math.Abs(x)
}

// takeHere runs a statement in this process and takes all of its rows.
func takeHere(ctx context.Context, db *sql.DB, statement string) (taken [][]any, err error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		taken = append(taken, values)
	}
	return taken, rows.Err()
}
