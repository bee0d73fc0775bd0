package queryd

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet/file"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// parquetReader runs SQL over Parquet answers, in a DuckDB of its own.
type parquetReader struct {
	t    testing.TB
	dir  string
	pool *duck.Pool
}

func newParquetReader(t testing.TB) *parquetReader {
	t.Helper()
	pool, err := duck.NewPool(duck.Config{
		MaxWorkers: 1, Limits: duck.Limits{MemoryBytes: 512 << 20, Threads: 1}, SpillDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return &parquetReader{t: t, dir: t.TempDir(), pool: pool}
}

// ask runs a SELECT in which FILE stands for the answer's body.
func (r *parquetReader) ask(body, sql string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, "answer.parquet")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		r.t.Fatal(err)
	}
	sql = strings.ReplaceAll(sql, "FILE", "read_parquet("+duck.Literal(path)+")")
	got, err := r.pool.Exec(context.Background(), duck.Job{Read: []string{path}, SQL: []string{sql}})
	if err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
	text, _ := json.Marshal(got)
	return string(text)
}

// TestParquetIsExact: what DuckDB reads from the answer is what the statement gave.
func TestParquetIsExact(t *testing.T) {
	d := start(t, small(), nil)
	r := newParquetReader(t)
	cases := []struct{ expression, typ, want string }{
		{"(-99999999999999999999999999999999999999)::HUGEINT", "DECIMAL(38,0)", "-99999999999999999999999999999999999999"},
		{"12345678901234567890123456789012345.678", "DECIMAL(38,3)", "12345678901234567890123456789012345.678"},
		{"1.25::DECIMAL(4,2)", "DECIMAL(4,2)", "1.25"},
		{"18446744073709551615::UBIGINT", "UBIGINT", "18446744073709551615"},
		{"4294967295::UINTEGER", "UINTEGER", "4294967295"},
		{"(-128)::TINYINT", "TINYINT", "-128"},
		{"'nan'::DOUBLE", "DOUBLE", "nan"},
		{"true", "BOOLEAN", "true"},
		{"INTERVAL '3000000 hours'", "VARCHAR", "3000000:00:00"},
		{"DATE '0001-01-01'", "DATE", "0001-01-01"},
		{"TIME '01:02:03.000004'", "TIME", "01:02:03.000004"},
		{"TIMESTAMP '2026-01-02 03:04:05.123456'", "TIMESTAMP", "2026-01-02 03:04:05.123456"},
		{"'infinity'::TIMESTAMP", "TIMESTAMP", "infinity"},
		{"'2026-01-02 03:04:05'::TIMESTAMP_S", "TIMESTAMP", "2026-01-02 03:04:05"},
		{"'2026-01-02 03:04:05.123456789'::TIMESTAMP_NS", "TIMESTAMP_NS", "2026-01-02 03:04:05.123456789"},
		{"TIMESTAMPTZ '2026-01-02 03:04:05.123456+02'", "TIMESTAMP WITH TIME ZONE", "2026-01-02 01:04:05.123456+00"},
		{"TIMETZ '01:02:03+05:30'", "VARCHAR", "01:02:03+05:30"},
		{"UUID '00000000-0000-0000-0000-0000000000ff'", "VARCHAR", "00000000-0000-0000-0000-0000000000ff"},
		{"'b'::ENUM('a', 'b')", "VARCHAR", "b"},
		{"'x'::BLOB", "BLOB", "x"},
		{"[1, NULL, 3]", "INTEGER[]", "[1, NULL, 3]"},
		{"[1.5, 2.5]::DECIMAL(3,1)[2]", "DECIMAL(3,1)[]", "[1.5, 2.5]"},
		{"{'a': 1, 'B c': [INTERVAL 1 DAY]}", `STRUCT(a INTEGER, "B c" VARCHAR[])`, "{'a': 1, 'B c': [1 day]}"},
		{"row(1, 'x')", "STRUCT(INTEGER, VARCHAR)", "(1, x)"},
		{"MAP {'a': [1], 'b': NULL}", "MAP(VARCHAR, INTEGER[])", "{a=[1], b=NULL}"},
		{"NULL", "INTEGER", ""},
	}
	var columns, nulls, types, values []string
	for i, c := range cases {
		columns = append(columns, fmt.Sprintf("%s AS c%d", c.expression, i))
		nulls = append(nulls, "NULL")
		types = append(types, fmt.Sprintf("typeof(c%d)", i))
		values = append(values, fmt.Sprintf("coalesce(c%d::VARCHAR, '')", i))
	}
	a := d.post("/sql", "SELECT "+strings.Join(columns, ", ")+" UNION ALL SELECT "+strings.Join(nulls, ", "),
		"Content-Type", "text/plain", "Accept", "application/vnd.apache.parquet")
	if a.status != http.StatusOK || a.readErr != nil || a.header.Get("Content-Type") != "application/vnd.apache.parquet" {
		t.Fatalf("%d %v %v %.300q", a.status, a.header, a.readErr, a.body)
	}
	var got [][]string
	read := r.ask(a.body, "SELECT "+strings.Join(append(types, values...), ", ")+" FROM FILE LIMIT 1")
	if err := json.Unmarshal([]byte(read), &got); err != nil {
		t.Fatal(err, read)
	}
	for i, c := range cases {
		if typ, value := got[0][i], got[0][len(cases)+i]; typ != c.typ || value != c.want {
			t.Errorf("%s: read back as %s %q, want %s %q", c.expression, typ, value, c.typ, c.want)
		}
	}
	// More than 38 digits have no exact form: an error, and no rounded number.
	p := d.post("/sql?format=parquet", `{"sql":"SELECT 170141183460469231731687303715884105727 AS v"}`).expect(t, query.ErrInvalid)
	if !strings.Contains(p.Detail, "DECIMAL(38,0)") {
		t.Errorf("nothing says why: %s", p.Detail)
	}
}

// TestParquetAnswers: many rows come in bounded row groups, equal names are told
// apart, a limit cuts and says so, and no rows are a file, too.
func TestParquetAnswers(t *testing.T) {
	d := start(t, small(), nil)
	r := newParquetReader(t)
	for what, c := range map[string]struct{ sql, read string }{
		"many rows":  {"SELECT i AS a, i * 2 AS a, md5(i::VARCHAR) AS s FROM range(130000) t(i)", `[[130000,"8449935000","16899870000",true]]`},
		"large rows": {"SELECT i AS a, i * 2 AS a, i || repeat('x', 1000000) AS s FROM range(40) t(i)", `[[40,"780","1560",true]]`},
	} {
		a := d.post("/sql?format=parquet", c.sql, "Content-Type", "text/plain")
		got := r.ask(a.body, "SELECT count(*), sum(a), sum(a_1), count(DISTINCT s) > 0.9 * count(*) FROM FILE")
		if got != c.read || a.trailer.Get(query.HeaderTruncated) != "false" {
			t.Errorf("%s: %s, trailer %v", what, got, a.trailer)
		}
		reader, err := file.NewParquetReader(strings.NewReader(a.body))
		if err != nil {
			t.Fatal(err)
		}
		for i := range reader.NumRowGroups() {
			if g := reader.MetaData().RowGroup(i); g.NumRows() > groupRows || g.TotalByteSize() > 2*groupBytes {
				t.Errorf("%s: row group %d has %d rows and %d bytes", what, i, g.NumRows(), g.TotalByteSize())
			}
		}
		if reader.NumRowGroups() < 2 {
			t.Errorf("%s: %d row groups", what, reader.NumRowGroups())
		}
	}
	a := d.post("/sql?format=parquet&limit=7", "FROM range(9)", "Content-Type", "text/plain")
	if got := r.ask(a.body, "SELECT count(*) FROM FILE"); got != "[[7]]" || a.trailer.Get(query.HeaderTruncated) != "true" {
		t.Errorf("of 9 rows %s, trailer %v", got, a.trailer)
	}
	a = d.post("/sql?format=parquet", "SELECT 1::BIGINT AS x WHERE false", "Content-Type", "text/plain")
	if got := r.ask(a.body, "SELECT count(*), any_value(typeof(x)) FROM FILE"); got != "[[0,null]]" {
		t.Errorf("no rows: %s", got)
	}
}

// TestParquetThatFailsMidway: an aborted answer is no Parquet file, and a failure
// before anything was sent is a problem.
func TestParquetThatFailsMidway(t *testing.T) {
	d := start(t, small(), nil)
	// Before the error is a row group of more than heldBytes that no compression
	// makes much less.
	const sql = "SELECT CASE WHEN i = 240000 THEN error('late') ELSE unhex(concat(md5(i::VARCHAR), md5(i || 'a'), md5(i || 'b'), md5(i || 'c'), md5(i || 'd'), md5(i || 'e'))) END AS v FROM range(245000) t(i)"
	a := d.post("/sql?format=parquet", sql, "Content-Type", "text/plain")
	if a.status != http.StatusOK || a.readErr == nil {
		t.Fatalf("%d, %d bytes %.200q, %v; want an aborted answer", a.status, len(a.body), a.body, a.readErr)
	}
	if _, err := file.NewParquetReader(strings.NewReader(a.body)); err == nil {
		t.Error("half an answer is a whole file")
	}
	d.post("/sql?format=parquet", "SELECT error('soon')", "Content-Type", "text/plain").expect(t, query.ErrInvalid)
}
