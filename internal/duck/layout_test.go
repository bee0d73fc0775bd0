package duck

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// TestValuesAreLaidOutAsDuckDBDoes: what is gathered from DuckDB's memory is what its
// own conversion to Arrow makes of it, in whatever pieces the rows come.
func TestValuesAreLaidOutAsDuckDBDoes(t *testing.T) {
	i, err := openUnlocked(setup{Limits: testConfig(t).Limits, SpillDir: filepath.Join(t.TempDir(), "s")}, signed)
	if err != nil {
		t.Fatal(err)
	}
	defer i.close()
	for expression, flat := range map[string]bool{
		"i % 2 = 0": true, "(i % 200 - 100)::TINYINT": true, "(i - 2500)::SMALLINT": true, "(i - 2500)::INTEGER": true,
		"(i - 2500) * 1000000007": true, "(i % 256)::UTINYINT": true, "i::USMALLINT": true, "i::UINTEGER": true,
		"18446744073709551615::UBIGINT - i::UBIGINT": true, "(i - 2500) * 10000000000000000000::HUGEINT": true,
		"(i / 7)::FLOAT": true, "i / 7": true, "'-infinity'::DOUBLE": true,
		"(i - 2500)::DECIMAL(4,0)": true, "((i - 2500) / 8)::DECIMAL(9,3)": true, "((i - 2500) / 8)::DECIMAL(18,2)": true,
		"((i - 2500) * 1000000007 / 8)::DECIMAL(38,9)": true,
		"DATE '1990-01-01' + i::INTEGER":               true, "'infinity'::DATE": true, "TIME '01:02:03.000004'": true,
		"TIMESTAMP '1969-12-31' + to_microseconds(i)": true, "('2026-01-02 03:04:05'::TIMESTAMP_S)": true,
		"('2026-01-02 03:04:05.678'::TIMESTAMP_MS)": true, "('2026-01-02 03:04:05.678901234'::TIMESTAMP_NS)": true,
		"TIMESTAMPTZ '2026-01-02 03:04:05+02' + to_seconds(i)": true,
		"repeat('é', (i % 20)::INTEGER)":                       true, "i::VARCHAR": true, "''": true,
		"chr(0) || 'after a NUL' || i": true, "encode(repeat('b', (i % 15)::INTEGER))": true,
		"[i, NULL]": false, "{'a': i, 'b': 'x'}": false, "MAP {i: 'x'}": false, "uuid()": false,
		"(['a', 'b'])[1 + i % 2]::ENUM('a', 'b')": false,
	} {
		for _, null := range []string{"false", "i % 3 = 1", "i > 4000", "true"} {
			t.Run(expression+" NULL where "+null, func(t *testing.T) {
				sql := fmt.Sprintf("SELECT CASE WHEN %s THEN NULL ELSE %s END AS v FROM range(5000) t(i)", null, expression)
				r, err := begin(i.runs, sql, nil, arrowTexts())
				if err != nil {
					t.Fatal(err)
				}
				defer r.close()
				if got := r.layouts[0] != nil; got != flat {
					t.Errorf("laid out here: %v, want %v", got, flat)
				}
				compareLayouts(t, r)
			})
		}
	}
}

// compareLayouts holds what a column gathers against DuckDB's own conversion.
func compareLayouts(t *testing.T, r *result) {
	column := newColumns(r.schema, r.layouts)[0]
	var own []arrow.Array
	for turn := 0; ; turn++ {
		p, err := r.nextPart()
		if err != nil {
			t.Fatal(err)
		}
		if p == nil {
			break
		}
		batch, err := arrowBatch(r.options, r.schema, p.chunk)
		if err != nil {
			t.Fatal(err)
		}
		own = append(own, batch.Column(0))
		for from, step := 0, 7+turn; from < p.rows; from, step = from+step, 5*step {
			if err := column.add(p, from, min(from+step, p.rows)); err != nil {
				t.Fatal(err)
			}
		}
		p.release()
		if turn%2 == 0 {
			expectArray(t, column, own)
			own = nil
		}
	}
	if own != nil {
		expectArray(t, column, own)
	}
}

func expectArray(t *testing.T, column column, own []arrow.Array) {
	want, err := array.Concatenate(own, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	got, err := column.take()
	if err != nil {
		t.Fatal(err)
	}
	if !array.Equal(got, want) {
		at := 0
		for at < min(got.Len(), want.Len()) && array.SliceEqual(got, int64(at), int64(at+1), want, int64(at), int64(at+1)) {
			at++
		}
		t.Errorf("%d values, of %d, are right", at, want.Len())
	}
	if !arrow.TypeEqual(got.DataType(), want.DataType()) || got.NullN() != want.NullN() {
		t.Errorf("got %s with %d NULLs, want %s with %d", got.DataType(), got.NullN(), want.DataType(), want.NullN())
	}
}

// TestAColumnKnowsItsSize: by which batches are cut.
func TestAColumnKnowsItsSize(t *testing.T) {
	i, err := openUnlocked(setup{Limits: testConfig(t).Limits, SpillDir: filepath.Join(t.TempDir(), "s")}, signed)
	if err != nil {
		t.Fatal(err)
	}
	defer i.close()
	r, err := begin(i.runs, "SELECT CASE WHEN i = 1 THEN NULL ELSE repeat('x', 1000) END FROM range(3) t(i)", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	p, err := r.nextPart()
	if err != nil {
		t.Fatal(err)
	}
	defer p.release()
	column := newColumns(r.schema, r.layouts)[0]
	for rows, want := range map[int]int64{1: 1004, 2: 1008, 3: 2012} {
		if got := column.size(p, 0, rows); got != want {
			t.Errorf("%d rows: %d bytes, want %d", rows, got, want)
		}
	}
}
