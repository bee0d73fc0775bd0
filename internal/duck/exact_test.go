package duck

import (
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// one runs a statement of one row and one column in FormText.
func one(t *testing.T, p *Pool, sql string, r Request) (column ResultColumn, value string) {
	t.Helper()
	r.Form = FormText
	b, err := startQuery(t.Context(), p, sql, r)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer b.close()
	batch, err := b.Next()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	values := batch.Column(0)
	if d, ok := values.(*array.Decimal128); ok && strings.HasSuffix(b.Columns()[0].Type, "HUGEINT") {
		return b.Columns()[0], d.Value(0).BigInt().String() // all 128 bits
	}
	return b.Columns()[0], values.ValueStr(0)
}

func TestValuesArriveExactly(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for _, c := range []struct{ expression, typ, want string }{
		{"170141183460469231731687303715884105727", "HUGEINT", "170141183460469231731687303715884105727"},
		{"(-170141183460469231731687303715884105728)::HUGEINT", "HUGEINT", "-170141183460469231731687303715884105728"},
		{"340282366920938463463374607431768211455::UHUGEINT", "UHUGEINT", "340282366920938463463374607431768211455"},
		{"18446744073709551615::UBIGINT", "UBIGINT", "18446744073709551615"},
		{"(-9223372036854775808)::BIGINT", "BIGINT", "-9223372036854775808"},
		{"12345678901234567890123456789012345.678", "DECIMAL(38,3)", "12345678901234567890123456789012345.678"},
		{"UUID '00000000-0000-0000-0000-0000000000ff'", "UUID", "00000000-0000-0000-0000-0000000000ff"},
		{"INTERVAL '1 year 2 months 3 days 4.000005 seconds'", "INTERVAL", "1 year 2 months 3 days 00:00:04.000005"},
		{"INTERVAL '3000000 hours'", "INTERVAL", "3000000:00:00"},
		{"TIMESTAMPTZ '2026-01-02 03:04:05.123456+02'", "TIMESTAMP WITH TIME ZONE", "2026-01-02T01:04:05.123456Z"},
		{"TIME '01:02:03.000004'", "TIME", "01:02:03.000004"},
		{"TIMETZ '01:02:03+05:30'", "TIME WITH TIME ZONE", "01:02:03+05:30"},
		{"'0101'::BIT", "BIT", "0101"},
		{"'b'::ENUM('a', 'b')", "ENUM('a', 'b')", "b"},
		{"union_value(k := 1)", "UNION(k INTEGER)", "1"},
		{"1234567890123456789012345678901234567890123::BIGNUM", "BIGNUM", ""},
		{"MAP {'a': INTERVAL 1 DAY}", "MAP(VARCHAR, INTERVAL)", `[{"key":"a","value":"1 day"}]`},
		{"[{'a': 1, 'b': ['x'::ENUM('x')]}]", "STRUCT(a INTEGER, b ENUM('x')[])[]", `[{"a":1,"b":["x"]}]`},
		{"row(1, INTERVAL 2 DAY)", "STRUCT(INTEGER, INTERVAL)", "(1, 2 days)"},
		{"{'a': 1, 'B c': INTERVAL 1 DAY}", `STRUCT(a INTEGER, "B c" INTERVAL)`, `{"B c":"1 day","a":1}`},
		{"[1, 2]::INT[2]", "INTEGER[2]", "[1,2]"},
		{"'x'::BLOB", "BLOB", "eA=="},
		{"1.5::FLOAT", "FLOAT", "1.5"},
		{"'a\\u0000b' || chr(0)", "VARCHAR", "a\\u0000b\x00"},
		{"'{\"a\":1}'::JSON", "JSON", `{"a":1}`},
	} {
		column, got := one(t, p, "SELECT "+c.expression+" AS v", Request{})
		if c.typ != column.Type || c.want != "" && got != c.want {
			t.Errorf("%s: %s %s, want %s %s", c.expression, column.Type, got, c.typ, c.want)
		}
		if printed, want := typeOf(t, p, c.expression), column.Type; printed != want {
			t.Errorf("%s: DuckDB calls the type %s, not %s", c.expression, printed, want)
		}
	}
}

// typeOf asks DuckDB for its name of an expression's type.
func typeOf(t *testing.T, p *Pool, expression string) string {
	_, name := one(t, p, "SELECT typeof("+expression+")", Request{})
	return name
}

func TestCastingKeepsNamesAndOrder(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	b, err := startQuery(t.Context(), p, "select i as a, to_days(i::int) as a from range(100000) t(i) order by i desc", Request{Form: FormText})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	if c := b.Columns(); c[0].Name != "a" || c[1].Name != "a" || c[1].Type != "INTERVAL" {
		t.Errorf("columns %v", c)
	}
	want := int64(100000)
	for {
		batch, err := b.Next()
		if err != nil {
			break
		}
		values := batch.Column(0).(*array.Int64)
		for i := range values.Len() {
			if want--; values.Value(i) != want {
				t.Fatalf("row is %d, want %d", values.Value(i), want)
			}
		}
	}
	if want != 0 {
		t.Errorf("%d rows are missing", want)
	}
}

func TestParams(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for _, c := range []struct{ param, typ, want string }{
		{"1", "BIGINT", "1"},
		{"9007199254740993", "BIGINT", "9007199254740993"},
		{"-9223372036854775808", "BIGINT", "-9223372036854775808"},
		{"9223372036854775808", "HUGEINT", "9223372036854775808"},
		{"-170141183460469231731687303715884105728", "HUGEINT", "-170141183460469231731687303715884105728"},
		{"12.50", "DECIMAL(4,2)", "12.5"},
		{"-0.001", "DECIMAL(3,3)", "-0.001"},
		{"1e3", "DOUBLE", "1000"},
		{"true", "BOOLEAN", "true"},
		{`"a\"b' é"`, "VARCHAR", `a"b' é`},
		{"null", "INTEGER", "(null)"},
	} {
		column, got := one(t, p, "select ? as v", Request{Params: params(c.param)})
		if column.Type != c.typ || got != c.want {
			t.Errorf("%s: %s %s, want %s %s", c.param, column.Type, got, c.typ, c.want)
		}
	}
	if got := answer(t, p, "select date '2026-01-02' >= $1 as a, $1 as b, $2 + 1 as c", Request{Params: params(`"2026-01-01"`, "41")}); got != `{"a":true,"b":"2026-01-01","c":42}` {
		t.Errorf("got %s", got)
	}
	for _, bad := range [][]string{{}, {"1", "2"}, {"[1]"}, {`{"a":1}`}, {""}, {"1e999"}, {"x"}} {
		if _, err := ask(t.Context(), p, "select ?", Request{Params: params(bad...)}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestErrorsName(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for _, c := range []struct {
		sql      string
		kind     error
		position int
		says     string
	}{
		{"select nope", ErrInvalid, 7, "nope"},
		{"explain analyze select nope", ErrInvalid, 23, "nope"},
		{"select 1 +", ErrInvalid, -1, "syntax"},
		{"select 'x'::int", ErrInvalid, -1, "Could not convert"},
		{"from '/etc/passwd'", ErrNotAllowed, 5, "ingest"},
		{"drop table t", ErrNotAllowed, -1, "SELECT"},
	} {
		var e *Error
		_, err := ask(t.Context(), p, c.sql, Request{})
		if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(e.Detail, c.says) {
			t.Errorf("%s: %+v", c.sql, err)
			continue
		}
		if c.position >= 0 && e.Position != c.position {
			t.Errorf("%s: position %d, want %d", c.sql, e.Position, c.position)
		}
	}
}
