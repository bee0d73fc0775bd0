package duck

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// named gives a view its columns, by name alone.
func named(v View, columns ...string) View {
	for _, c := range columns {
		v.Columns = append(v.Columns, Column{Name: c})
	}
	return v
}

// twoTables are t with 1 and 2, and hr.t with 10, in files.
func twoTables(t *testing.T, p *Pool) []View {
	n := []Column{{FieldID: 1, Name: "n", Type: "long"}}
	return []View{
		{Name: "t", Files: []string{parquet(t, p, "t.parquet", "select unnest([1, 2])::bigint as n", "n: 1")}, Rows: 2, Columns: n},
		{Schema: "hr", Name: "t", Files: []string{parquet(t, p, "hr.parquet", "select 10::bigint as n", "n: 1")}, Rows: 1, Columns: n},
	}
}

// TestViewsOfStatements: a view is read like a table, in any schema and over other
// views; a name in it means the same whatever schema the view is in and whatever the
// statement around it calls so.
func TestViewsOfStatements(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	tables := twoTables(t, p)
	double := named(View{Schema: "hr", Name: "Double", SQL: "select n * 2 as twice, n from t order by n desc -- rest"}, "twice")
	sums := named(View{Name: "sums", SQL: `with t as (from hr.double) select sum(twice)::bigint as "a ""b""" from t;`}, `a "b"`)
	views := slices.Concat(tables, []View{double, sums})
	for sql, want := range map[string]string{
		"from hr.double": `{"twice":4} {"twice":2}`,
		"from SUMS":      `{"a \"b\"":6}`,
		"with t as (select 7 as n) select * from hr.double":    `{"twice":4} {"twice":2}`,
		"select count(*) as n from hr.t, hr.double":            `{"n":2}`,
		"select d.twice from t, hr.double d where t.n = 1":     `{"twice":4} {"twice":2}`,
		"select column_name, column_type from (describe sums)": `{"column_name":"a \"b\"","column_type":"BIGINT"}`,
	} {
		if got := answer(t, p, sql, Request{Views: views}); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	if got := answer(t, p, "explain (analyze, format json) from sums", Request{Views: views, Form: FormText}); strings.Contains(got, ".parquet") || !strings.Contains(got, "elapsed_ms") {
		t.Errorf("explained: %s", got)
	}
	for _, sql := range []string{"from sums", "from hr.double", `from "hr.Double:statement"`} {
		if _, err := ask(t.Context(), p, sql, Request{}); err == nil {
			t.Errorf("%s is there without its view", sql)
		}
	}
}

// TestAViewThatDoesNotFitItsTables: the view is named, and the statement over it is
// not what is blamed.
func TestAViewThatDoesNotFitItsTables(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	tables := twoTables(t, p)
	for _, v := range []View{
		named(View{Schema: "hr", Name: "v", SQL: "select gone from t"}, "gone"),
		named(View{Schema: "hr", Name: "v", SQL: "from t"}, "n", "gone"),
		named(View{Schema: "hr", Name: "v", SQL: "select n from t where n > 'x'::date"}, "n"),
	} {
		var e *Error
		_, err := ask(t.Context(), p, "select 1 from hr.v", Request{Views: append(tables, v)})
		if !errors.As(err, &e) || e.Kind != ErrView || e.View != "hr.v" || e.Position != -1 {
			t.Errorf("%s: %+v", v.SQL, err)
		}
	}
	outer := named(View{Name: "v", SQL: "select n::varchar || 'x' as s from t"}, "s")
	var e *Error
	_, err := ask(t.Context(), p, "select 1, gone from v", Request{Views: append(tables, outer)})
	if !errors.As(err, &e) || e.Kind != ErrInvalid || e.Position != len("select 1, ") {
		t.Errorf("a column that the view has not: %+v", err)
	}
	_, err = ask(t.Context(), p, "select s::int from v", Request{Views: append(tables, outer)})
	if !errors.As(err, &e) || e.Kind != ErrInvalid {
		t.Errorf("a value that cannot be cast: %+v", err)
	}
	inner := named(View{Name: "v", SQL: "select                                     (n::varchar || 'x')::int as s from t"}, "s")
	_, err = ask(t.Context(), p, "select s from v", Request{Views: append(tables, inner)})
	if !errors.As(err, &e) || e.Kind != ErrInvalid || e.Position != -1 || !strings.Contains(e.Detail, "'1x'") || !strings.Contains(e.Detail, "view that the statement reads: v") {
		t.Errorf("a value that cannot be cast in a view: %+v", err)
	}
}

// TestViewStatementsPassTheGuard: what may not be in a statement may not be in a view,
// nor may what is no SELECT, and no text comes in that the guard has not seen.
func TestViewStatementsPassTheGuard(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	s, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	statement, err := s.Parse(t.Context(), "from v")
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"from '/etc/passwd'", "select * from read_text('/etc/passwd')", "explain select 1", "describe select 1", "show tables", "select ?", "select 1; select 2", "drop view v",
	} {
		if _, err := s.ParseView(t.Context(), sql); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := s.ParseView(t.Context(), "selec 1"); !errors.Is(err, ErrInvalid) {
		t.Errorf("no SQL: %v", err)
	}
	v := named(View{Name: "v", SQL: "select 1 as a"}, "a")
	if _, err := s.Run(t.Context(), Request{Statement: statement, Views: []View{v}}); !errors.Is(err, ErrInternal) {
		t.Errorf("a statement that was not parsed: %v", err)
	}
}

// TestBind: the columns of a statement in Iceberg's types, without a file.
func TestBind(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	bind := func(sql string, views ...View) ([]Column, error) {
		s, err := p.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		statement, err := s.Parse(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range views {
			if v.SQL != "" {
				if _, err := s.ParseView(t.Context(), v.SQL); err != nil {
					t.Fatal(err)
				}
			}
		}
		return s.Bind(t.Context(), statement, views)
	}
	table := View{Name: "t", Columns: []Column{{FieldID: 1, Name: "n", Type: "long"}, {FieldID: 2, Name: "s", Type: "string"}}}
	v := named(View{Name: "v", SQL: "select sum(n) as total, max(s) as last from t"}, "total", "last")
	got, err := bind(`select total, last, 1::utinyint as u, 2::ubigint as b, 1.5::decimal(9,3) as d, now() as z, [1::int] as l, {'a': 1::int, 'B c': map {'k': 'v'}} as st,
		row(1, 2) as r, interval 1 day as i, uuid() as id, 'x'::json as j, null as nil, timestamp_s '2020-01-01' as ts, time '01:02' as tm, 'x'::blob as bl from v`, table, v)
	want := "total decimal(38,0) last string u int b decimal(20,0) d decimal(9,3) z timestamptz l list<int> st struct<a:int,B c:map<string,string>> " +
		"r string i string id string j string nil int ts timestamp tm time bl binary"
	var words []string
	for _, c := range got {
		words = append(words, c.Name, c.Type)
	}
	if strings.Join(words, " ") != want || err != nil {
		t.Errorf("bound: %v\n got %s\nwant %s", err, strings.Join(words, " "), want)
	}
	for _, sql := range []string{
		"select * from (describe t)", "from (summarize t)", "values (1), (2)", "from range(3)", "from (pivot t on s in ('a', 'b') using sum(n))",
		"with recursive r as (select 1 as i union all select i + 1 from r where i < 3) from r", "select columns(*) from t", "unpivot t on n",
		"from t positional join (from range(2))", "select n, row_number() over () as i from t using sample 10%", "select * exclude (s) from t",
		"select n, (select max(s) from t u where u.n = t.n) as m from t", "from t semi join t u using (n)",
	} {
		columns, err := bind(sql, table)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		v := View{Schema: "hr", Name: "w", SQL: sql, Columns: columns}
		if _, err := ask(t.Context(), p, "from hr.w", Request{Views: []View{table, v}}); err != nil {
			t.Errorf("%s was bound, and cannot be read: %v", sql, err)
		}
	}
	var e *Error
	if _, err := bind("select a.n, b.N from t a, t b", table); !errors.As(err, &e) || e.Kind != ErrInvalid || !strings.Contains(e.Detail, "with AS") {
		t.Errorf("two columns of one name: %+v", err)
	}
	if _, err := bind("select n, gone from t", table); !errors.As(err, &e) || e.Kind != ErrInvalid || e.Position != len("select n, ") {
		t.Errorf("a column that is not there: %+v", err)
	}
	if _, err := bind("select n from t, other", table); !errors.As(err, &e) || e.Kind != ErrInvalid {
		t.Errorf("a table that is not given: %+v", err)
	}
}
