package rows

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

func TestMain(m *testing.M) {
	duck.Main()
	os.Exit(m.Run())
}

func newPool(t testing.TB) *duck.Pool {
	t.Helper()
	pool, err := duck.NewPool(duck.Config{
		Workers: 1, MaxWorkers: 1, Limits: duck.Limits{MemoryBytes: 1 << 30, Threads: 1},
		SpillDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}

// result runs a statement and writes its rows with the encoder that build makes.
func result(t testing.TB, pool *duck.Pool, sql string, build func([]query.Column) *Encoder) string {
	t.Helper()
	ctx := context.Background()
	session, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	statement, err := session.Parse(ctx, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	stream, err := session.Run(ctx, duck.Request{Statement: statement, Form: duck.FormText})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer stream.Close()
	var columns []query.Column
	for _, c := range stream.Columns() {
		columns = append(columns, query.Column{Name: c.Name, Type: c.Type})
	}
	e := build(columns)
	text := e.Header(nil)
	for {
		batch, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return string(text)
		}
		if err == nil {
			err = e.Bind(batch)
		}
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		text, _ = e.Append(text, 0, int(batch.NumRows()), math.MaxInt)
	}
}

func TestValuesAreExact(t *testing.T) {
	pool := newPool(t)
	for _, c := range []struct{ sql, typ, json, csv string }{
		{"true", "BOOLEAN", `true`, `true`},
		{"(-128)::TINYINT", "TINYINT", `-128`, `-128`},
		{"255::UTINYINT", "UTINYINT", `255`, `255`},
		{"(-32768)::SMALLINT", "SMALLINT", `-32768`, `-32768`},
		{"65535::USMALLINT", "USMALLINT", `65535`, `65535`},
		{"2147483647", "INTEGER", `2147483647`, `2147483647`},
		{"4294967295::UINTEGER", "UINTEGER", `4294967295`, `4294967295`},
		{"9007199254740993", "BIGINT", `9007199254740993`, `9007199254740993`},
		{"9223372036854775807", "BIGINT", `9223372036854775807`, `9223372036854775807`},
		{"18446744073709551615::UBIGINT", "UBIGINT", `18446744073709551615`, `18446744073709551615`},
		{"170141183460469231731687303715884105727::HUGEINT", "HUGEINT", `"170141183460469231731687303715884105727"`, `170141183460469231731687303715884105727`},
		{"(-170141183460469231731687303715884105728)::HUGEINT", "HUGEINT", `"-170141183460469231731687303715884105728"`, `-170141183460469231731687303715884105728`},
		{"340282366920938463463374607431768211455::UHUGEINT", "UHUGEINT", `"340282366920938463463374607431768211455"`, `340282366920938463463374607431768211455`},
		{"0.1::DECIMAL(3,1)", "DECIMAL(3,1)", `"0.1"`, `0.1`},
		{"(-12345678901234.50)::DECIMAL(18,2)", "DECIMAL(18,2)", `"-12345678901234.50"`, `-12345678901234.50`},
		{"99999999999999999999999999999999999.999::DECIMAL(38,3)", "DECIMAL(38,3)", `"99999999999999999999999999999999999.999"`, `99999999999999999999999999999999999.999`},
		{"0.1::DOUBLE", "DOUBLE", `0.1`, `0.1`},
		{"0.1::FLOAT", "FLOAT", `0.1`, `0.1`},
		{"1e300::DOUBLE", "DOUBLE", `1e+300`, `1e+300`},
		{"5e-324::DOUBLE", "DOUBLE", `5e-324`, `5e-324`},
		{"100000000::DOUBLE", "DOUBLE", `100000000`, `100000000`},
		{"'nan'::DOUBLE", "DOUBLE", `"NaN"`, `NaN`},
		{"'inf'::DOUBLE", "DOUBLE", `"Infinity"`, `Infinity`},
		{"'-inf'::FLOAT", "FLOAT", `"-Infinity"`, `-Infinity`},
		{"NULL::INTEGER", "INTEGER", `null`, ``},
		{"NULL", "INTEGER", `null`, ``},
		{"'02134'", "VARCHAR", `"02134"`, `02134`},
		{"''", "VARCHAR", `""`, `""`},
		{"'a\"b,c' || chr(10)", "VARCHAR", `"a\"b,c\n"`, "\"a\"\"b,c\n\""},
		{"'Zoë 日本'", "VARCHAR", `"Zoë 日本"`, `Zoë 日本`},
		{"'x' || chr(0) || 'y'", "VARCHAR", `"x\u0000y"`, "x\x00y"},
		{`'\x00\xFFa'::BLOB`, "BLOB", `"AP9h"`, `AP9h`},
		{"'0101'::BIT", "BIT", `"0101"`, `0101`},
		{"'5e3c2a10-0000-4000-8000-0123456789ab'::UUID", "UUID", `"5e3c2a10-0000-4000-8000-0123456789ab"`, `5e3c2a10-0000-4000-8000-0123456789ab`},
		{"DATE '2024-02-29'", "DATE", `"2024-02-29"`, `2024-02-29`},
		{"DATE '0044-03-15 (BC)'", "DATE", `"-000043-03-15"`, `-000043-03-15`},
		{"'infinity'::DATE", "DATE", `"Infinity"`, `Infinity`},
		{"TIME '23:59:59.000001'", "TIME", `"23:59:59.000001"`, `23:59:59.000001`},
		{"TIME '24:00:00'", "TIME", `"24:00:00"`, `24:00:00`},
		{"TIMETZ '12:34:56+02:30'", "TIME WITH TIME ZONE", `"12:34:56+02:30"`, `12:34:56+02:30`},
		{"TIMESTAMP '1969-12-31 23:59:59.5'", "TIMESTAMP", `"1969-12-31T23:59:59.5"`, `1969-12-31T23:59:59.5`},
		{"'-infinity'::TIMESTAMP", "TIMESTAMP", `"-Infinity"`, `-Infinity`},
		{"TIMESTAMP_S '2024-01-02 03:04:05'", "TIMESTAMP_S", `"2024-01-02T03:04:05"`, `2024-01-02T03:04:05`},
		{"TIMESTAMP_MS '2024-01-02 03:04:05.006'", "TIMESTAMP_MS", `"2024-01-02T03:04:05.006"`, `2024-01-02T03:04:05.006`},
		{"TIMESTAMP_NS '2024-01-02 03:04:05.123456789'", "TIMESTAMP_NS", `"2024-01-02T03:04:05.123456789"`, `2024-01-02T03:04:05.123456789`},
		{"TIMESTAMPTZ '2024-01-02 03:04:05+02'", "TIMESTAMP WITH TIME ZONE", `"2024-01-02T01:04:05Z"`, `2024-01-02T01:04:05Z`},
		{"INTERVAL '14 months 3 days 04:05:06.789'", "INTERVAL", `"P1Y2M3DT4H5M6.789S"`, `P1Y2M3DT4H5M6.789S`},
		{"to_hours(3000000)", "INTERVAL", `"PT3000000H"`, `PT3000000H`},
		{"'b'::ENUM('a','b')", "ENUM('a', 'b')", `"b"`, `b`},
		{`'{"a": 1.50}'::JSON`, "JSON", `"{\"a\": 1.50}"`, `"{""a"": 1.50}"`},
		{"[1, NULL, 3]", "INTEGER[]", `[1,null,3]`, `"[1,null,3]"`},
		{"[]::VARCHAR[]", "VARCHAR[]", `[]`, `"[]"`},
		{"array_value(1.5::DOUBLE, 'nan'::DOUBLE)", "DOUBLE[2]", `[1.5,"NaN"]`, `"[1.5,""NaN""]"`},
		{"{'id': 9007199254740993, 'k\"': [0.50]}", `STRUCT(id BIGINT, "k""" DECIMAL(3,2)[])`, `{"id":9007199254740993,"k\"":["0.50"]}`, `"{""id"":9007199254740993,""k\"""":[""0.50""]}"`},
		{"row(1, 'x')", "STRUCT(INTEGER, VARCHAR)", `[1,"x"]`, `"[1,""x""]"`},
		{"MAP {'a': INTERVAL 1 DAY, 'b': NULL}", "MAP(VARCHAR, INTERVAL)", `[{"key":"a","value":"P1D"},{"key":"b","value":null}]`, `"[{""key"":""a"",""value"":""P1D""},{""key"":""b"",""value"":null}]"`},
		{"[{'d': DATE '2024-01-01', 'e': 'x'::ENUM('x')}]", "STRUCT(d DATE, e ENUM('x'))[]", `[{"d":"2024-01-01","e":"x"}]`, `"[{""d"":""2024-01-01"",""e"":""x""}]"`},
	} {
		sql := "SELECT " + c.sql + " AS v"
		var typ string
		got := result(t, pool, sql, func(columns []query.Column) *Encoder { typ = columns[0].Type; return JSON(columns) })
		if want := "[" + c.json + "]"; got != want {
			t.Errorf("%s: json %s, want %s", c.sql, got, want)
		}
		if typ != c.typ {
			t.Errorf("%s: type %s, want %s", c.sql, typ, c.typ)
		}
		if got, want := result(t, pool, sql, CSV), "v\r\n"+c.csv+"\r\n"; got != want {
			t.Errorf("%s: csv %q, want %q", c.sql, got, want)
		}
	}
}

func TestRowsOfAllFormats(t *testing.T) {
	pool := newPool(t)
	const sql = `SELECT i::INTEGER AS n, CASE WHEN i % 3 = 0 THEN NULL ELSE 'v' || i END AS s FROM range(3) t(i)`
	for name, c := range map[string]struct {
		build func([]query.Column) *Encoder
		want  string
	}{
		"json":   {JSON, `[0,null],[1,"v1"],[2,"v2"]`},
		"ndjson": {NDJSON, "{\"n\":0,\"s\":null}\n{\"n\":1,\"s\":\"v1\"}\n{\"n\":2,\"s\":\"v2\"}\n"},
		"csv":    {CSV, "n,s\r\n0,\r\n1,v1\r\n2,v2\r\n"},
	} {
		if got := result(t, pool, sql, c.build); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestNamesThatOccurTwice(t *testing.T) {
	pool := newPool(t)
	const sql = `SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a, 5 AS "x,y"`
	if got, want := result(t, pool, sql, NDJSON), `{"a":1,"a_2":2,"a_1":3,"a_3":4,"x,y":5}`+"\n"; got != want {
		t.Errorf("ndjson: got %s, want %s", got, want)
	}
	if got, want := result(t, pool, sql, CSV), "a,a,a_1,a,\"x,y\"\r\n1,2,3,4,5\r\n"; got != want {
		t.Errorf("csv: got %q, want %q", got, want)
	}
}

func TestManyBatchesWithNullsAndSlices(t *testing.T) {
	pool := newPool(t)
	const sql = `SELECT i, CASE WHEN i % 7 <> 0 THEN [i, NULL] END AS l, {'i': CASE WHEN i % 5 <> 0 THEN i END} AS s FROM range(140000) t(i)`
	var rows [][3]any
	text := "[" + result(t, pool, sql, JSON) + "]"
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 140_000 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		n := float64(i)
		list, _ := row[1].([]any)
		field := row[2].(map[string]any)["i"]
		if row[0] != n || (list == nil) != (i%7 == 0) || list != nil && list[0] != n || (field == nil) != (i%5 == 0) {
			t.Fatalf("row %d is %v", i, row)
		}
	}
}

// TestValuesCostNoAllocation: an answer of a million rows leaves no garbage.
func TestValuesCostNoAllocation(t *testing.T) {
	pool := newPool(t)
	const sql = `SELECT i, i::DOUBLE / 3 AS f, i::DECIMAL(38,4) AS d, DATE '2024-01-01' AS day, now() AS at, 'x"y' AS s, NULL::INTEGER AS n,
		[i] AS l, {'a': i} AS o, MAP {'k': i} AS m, '\xFF'::BLOB AS b, INTERVAL 1 DAY AS v, TIME '01:02:03' AS c, i % 2 = 0 AS y FROM range(100) t(i)`
	ctx := context.Background()
	session, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	statement, err := session.Parse(ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := session.Run(ctx, duck.Request{Statement: statement, Form: duck.FormText})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := stream.Next()
	if err != nil {
		t.Fatal(err)
	}
	var columns []query.Column
	for _, c := range stream.Columns() {
		columns = append(columns, query.Column{Name: c.Name, Type: c.Type})
	}
	for name, build := range map[string]func([]query.Column) *Encoder{"json": JSON, "ndjson": NDJSON, "csv": CSV} {
		e := build(columns)
		if err := e.Bind(batch); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 0, 1<<20)
		if n := testing.AllocsPerRun(5, func() { e.Append(buf, 0, int(batch.NumRows()), math.MaxInt) }); n > 0 {
			t.Errorf("%s: %v allocations for %d rows", name, n, batch.NumRows())
		}
	}
}
