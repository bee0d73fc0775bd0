package duck

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

func TestManyRowsStreamInLittleMemory(t *testing.T) {
	p := newTestPool(t, smallMemory(t)) // whoever gathers the rows dies of it
	const rows = 8_000_000
	b, err := startQuery(t.Context(), p, "select i, i * 2 as j, 'row ' || i as k from range(8000000) t(i)", Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	var next int64
	batches := 0
	for ; ; batches++ {
		batch, err := b.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		values := batch.Column(0).(*array.Int64)
		for _, value := range values.Int64Values() {
			if value != next {
				t.Fatalf("row %d is %d", next, value)
			}
			next++
		}
	}
	if next != rows || b.Truncated() {
		t.Errorf("%d rows, truncated %v", next, b.Truncated())
	}
	if mean := rows / batches; mean < 8<<10 {
		t.Errorf("batches of %d rows", mean)
	}
}

func TestTheFirstRowsDoNotWaitForTheLast(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	b, err := startQuery(t.Context(), p, "select * from range(1000000000000)", Request{})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := b.Next()
	if err != nil || batch.NumRows() != firstRows {
		t.Errorf("%v, %v", batch, err)
	}
	b.close()
	if len(p.idle) != 1 {
		t.Error("leaving early cost the worker")
	}
}

func TestLimit(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for _, c := range []struct {
		sql       string
		limit     int64
		rows      int64
		truncated bool
	}{
		{"from range(10)", 0, 10, false},
		{"from range(10)", 10, 10, false},
		{"from range(10)", 9, 9, true},
		{"from range(1000000)", 70000, 70000, true},
		{"from range(10) order by 1 desc -- last", 3, 3, true},
		{"(from range(10) order by 1 desc);", 10, 10, false},
		{"from range(10) order by 1 limit 5", 7, 5, false},
		{"from range(10) order by 1 limit 5", 4, 4, true},
		{"select 1 union all select 2 order by 1", 1, 1, true},
		{"from range(0)", 5, 0, false},
	} {
		b, err := startQuery(t.Context(), p, c.sql, Request{Limit: c.limit})
		if err != nil {
			t.Fatalf("%s: %v", c.sql, err)
		}
		var rows int64
		for {
			batch, err := b.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			rows += batch.NumRows()
		}
		if rows != c.rows || b.Truncated() != c.truncated {
			t.Errorf("%s with limit %d: %d rows, truncated %v", c.sql, c.limit, rows, b.Truncated())
		}
		b.close()
	}
}

func TestWriteToCopiesAnIPCStream(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	b, err := startQuery(t.Context(), p, "select i from range(200000) t(i)", Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	var out bytes.Buffer
	if n, err := b.WriteTo(&out); err != nil || n != int64(out.Len()) {
		t.Fatal(n, err)
	}
	reader, err := ipc.NewReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	var rows int64
	for reader.Next() {
		rows += reader.RecordBatch().NumRows()
	}
	if rows != 200000 || reader.Err() != nil || out.Len() != 0 {
		t.Errorf("%d rows, %v, %d bytes left", rows, reader.Err(), out.Len())
	}
}

func TestAnEmptyResultHasItsSchema(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	b, err := startQuery(t.Context(), p, "select 1 as a, 'x' as b where false", Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	schema, err := b.Schema()
	if err != nil || schema.NumFields() != 2 || schema.Field(1).Name != "b" {
		t.Errorf("%v, %v", schema, err)
	}
	if _, err := b.Next(); err != io.EOF {
		t.Error(err)
	}
}

func TestAnErrorInTheMiddleIsNoEnd(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	const sql = "select case when i = 900000 then 'x' else '1' end::int as a from range(1000000) t(i)"
	b, err := startQuery(t.Context(), p, sql, Request{})
	if err == nil {
		var out bytes.Buffer
		_, err = b.WriteTo(&out)
		if reader, e := ipc.NewReader(&out); e == nil {
			for reader.Next() {
			}
			if reader.Err() == nil && bytes.HasSuffix(out.Bytes(), []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}) {
				t.Error("the stream of a failed statement has an end")
			}
		}
		b.close()
	}
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestAClosedStreamHasNoRows(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	b, err := startQuery(t.Context(), p, "select 1", Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	b.Stream.Close()
	if _, err := b.Next(); err == nil || err == io.EOF {
		t.Errorf("Next after Close: %v", err)
	}
}

func TestHugeValuesComeInPieces(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	s, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	statement, err := s.Parse(t.Context(), "select i, repeat('x', 100000) as v from range(1000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	stream, err := s.Run(t.Context(), Request{Statement: statement})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var rows int64
	for {
		batch, err := stream.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		rows += batch.NumRows()
		if size := batch.NumRows() * 100_000; size > 4*batchBytes {
			t.Errorf("a batch of %d rows, %d bytes", batch.NumRows(), size)
		}
	}
	if rows != 1000 {
		t.Errorf("%d rows", rows)
	}
}

// Rows that DuckDB has handed out come without those that follow: here none
// follow, and the scan does not end.
func TestRowsDoNotWaitForThoseThatFollow(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // of a failure
	defer cancel()
	b, err := startQuery(ctx, p, "select i from range(1000000000000) t(i) where i < 200000 or i = -1", Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	// DuckDB keeps back the last MB; what is more than one full batch and the
	// first is what was waiting here.
	for rows := int64(0); rows <= firstRows+batchRows; {
		batch, err := b.Next()
		if err != nil {
			t.Fatalf("after %d rows: %v", rows, err)
		}
		rows += batch.NumRows()
	}
}
