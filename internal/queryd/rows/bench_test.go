package rows

import (
	"context"
	"errors"
	"io"
	"math"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// benchRows is a result of 1,000,000 rows and 9 columns as timesheets have them.
const benchRows = `SELECT i AS id, 'T-' || lpad(i::VARCHAR, 9, '0') AS code, DATE '2024-01-01' + (i % 700)::INTEGER AS week,
	(i % 6000 / 100)::DECIMAL(18,2) AS hours, (i % 13)::INTEGER AS overtime, (i * 7 % 10000 / 100)::DECIMAL(18,2) AS rate,
	CASE WHEN i % 11 = 0 THEN NULL ELSE 'approved by "Ops" ' || i % 97 END AS note, i % 2 = 0 AS billed,
	TIMESTAMP '2024-01-01' + to_microseconds(i * 1234567) AS approved_at FROM range(1000000) t(i)`

// BenchmarkEncode writes the rows from batches in memory: the encoder alone.
func BenchmarkEncode(b *testing.B) {
	for name, build := range map[string]func([]query.Column) *Encoder{"json": JSON, "ndjson": NDJSON, "csv": CSV} {
		b.Run(name, func(b *testing.B) { benchmarkEncode(b, build) })
	}
}

func benchmarkEncode(b *testing.B, build func([]query.Column) *Encoder) {
	stream, done := benchStream(b, newPool(b))
	defer done()
	var columns []query.Column
	for _, c := range stream.Columns() {
		columns = append(columns, query.Column{Name: c.Name, Type: c.Type})
	}
	batch, err := stream.Next()
	if err != nil {
		b.Fatal(err)
	}
	e := build(columns)
	var buf []byte
	var rows, bytes int64
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Bind(batch); err != nil {
			b.Fatal(err)
		}
		buf, _ = e.Append(buf[:0], 0, int(batch.NumRows()), math.MaxInt)
		rows += batch.NumRows()
		bytes += int64(len(buf))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows*9), "ns/value")
	b.ReportMetric(float64(bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
}

// BenchmarkResult runs the statement in a worker and writes all its rows.
func BenchmarkResult(b *testing.B) {
	pool := newPool(b)
	for b.Loop() {
		stream, done := benchStream(b, pool)
		var columns []query.Column
		for _, c := range stream.Columns() {
			columns = append(columns, query.Column{Name: c.Name, Type: c.Type})
		}
		e := JSON(columns)
		buf := make([]byte, 0, 1<<20)
		for {
			batch, err := stream.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = e.Bind(batch)
			}
			if err != nil {
				b.Fatal(err)
			}
			for row := 0; row < int(batch.NumRows()); {
				buf, row = e.Append(buf[:0], row, int(batch.NumRows()), 256<<10)
			}
		}
		done()
	}
}

// BenchmarkDiscard is BenchmarkResult without the encoder: DuckDB, its Arrow
// and the pipe.
func BenchmarkDiscard(b *testing.B) {
	pool := newPool(b)
	for b.Loop() {
		stream, done := benchStream(b, pool)
		if _, err := stream.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
		done()
	}
}

func benchStream(b *testing.B, pool *duck.Pool) (stream *duck.Stream, done func()) {
	b.Helper()
	ctx := context.Background()
	session, err := pool.Acquire(ctx)
	if err != nil {
		b.Fatal(err)
	}
	statement, err := session.Parse(ctx, benchRows)
	if err != nil {
		b.Fatal(err)
	}
	if stream, err = session.Run(ctx, duck.Request{Statement: statement, Form: duck.FormText}); err != nil {
		b.Fatal(err)
	}
	return stream, session.Close
}
