package duck

import (
	"errors"
	"os"
	"testing"
)

func TestViewsReadByFieldID(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	old := parquet(t, p, "old.parquet", "select 1::int as id, 'x' as was", "id: 1, was: 2")
	young := parquet(t, p, "young.parquet", "select 'y' as name, 2::bigint as id, 2.50::decimal(9,2) as rate", "name: 2, id: 1, rate: 3")
	view := View{Name: "t", Files: []string{old, young}, Columns: []Column{
		{FieldID: 1, Name: "id", Type: "long"}, {FieldID: 2, Name: "na\"me '", Type: "string"}, {FieldID: 3, Name: "rate", Type: "decimal(9,2)"},
	}}
	want := `{"id":1,"na\"me '":"x","rate":null} {"id":2,"na\"me '":"y","rate":"2.5"}`
	if got := answer(t, p, "from T order by id", Request{Views: []View{view}}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	view.Schema = "hr"
	empty := View{Schema: "hr", Name: "none", Columns: []Column{{FieldID: 1, Name: "id", Type: "list<struct<a: int>>"}}}
	got := answer(t, p, "select (select count(*) from hr.none) as none, count(*) as n from hr.t", Request{Views: []View{view, empty}})
	if got != `{"n":2,"none":0}` {
		t.Errorf("got %s", got)
	}
	// Nothing of one statement is there for the next.
	for _, sql := range []string{"from t", "from hr.t"} {
		if _, err := ask(t.Context(), p, sql, Request{}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s without its view: %v", sql, err)
		}
	}
}

func TestATableWithoutAViewIsNotFoundElsewhere(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	for _, sql := range []string{"from duckdb_settings", "from sqlite_master", "from information_schema.tables", "from pg_catalog.pg_class", "describe nothing"} {
		var e *Error
		if _, err := ask(t.Context(), p, sql, Request{}); !errors.As(err, &e) || e.Kind != ErrInvalid {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestAViewOverAMissingFileIsNobodysStatement(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	view := View{Name: "t", Files: []string{p.config.ReadDir + "/gone.parquet"}, Columns: []Column{{FieldID: 1, Name: "a", Type: "int"}}}
	var e *Error
	if _, err := ask(t.Context(), p, "from t", Request{Views: []View{view}}); !errors.As(err, &e) || e.Kind != ErrInternal || e.Cause == "" {
		t.Errorf("got %v", err)
	}
	view.Files[0] = "/etc/passwd"
	if _, err := ask(t.Context(), p, "from t", Request{Views: []View{view}}); !errors.As(err, &e) || e.Kind != ErrInternal {
		t.Errorf("got %v", err)
	}
}

func TestShowTablesAnswersFromTheCatalog(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	if got := answer(t, p, "show tables", Request{Catalog: []string{"a'b", "hr.t"}}); got != `{"name":"a'b"} {"name":"hr.t"}` {
		t.Errorf("got %s", got)
	}
	if got := answer(t, p, "show tables", Request{}); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestDescribeAndExplain(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	file := parquet(t, p, "t.parquet", "select 1::bigint as id", "id: 1")
	r := Request{Views: []View{{Name: "t", Files: []string{file}, Columns: []Column{{FieldID: 1, Name: "id", Type: "long"}}}}}
	if got := answer(t, p, "select column_name, column_type from (describe t)", r); got != `{"column_name":"id","column_type":"BIGINT"}` {
		t.Errorf("describe: %s", got)
	}
	for _, sql := range []string{"summarize t", "explain from t", "explain analyze from t"} {
		if got := answer(t, p, sql, r); got == "" {
			t.Errorf("%s: no row", sql)
		}
	}
}

func TestExec(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	out, in := t.TempDir(), t.TempDir()+"/in.csv"
	if err := os.WriteFile(in, []byte("a,b\n1,x\n2,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	copied := "COPY (SELECT a FROM read_csv(" + Literal(in) + ")) TO " + Literal(out+"/o.parquet")
	rows, err := p.Exec(t.Context(), Job{Read: []string{in}, WriteDir: out, SQL: []string{
		"CREATE TABLE t AS SELECT 170141183460469231731687303715884105727::HUGEINT AS h, 9007199254740993 AS i, 1.10 AS d, DATE 'infinity' AS f, NULL AS n, true AS b",
		copied,
		"SELECT t.*, (SELECT count(*) FROM read_parquet(" + Literal(out+"/*.parquet") + ")) FROM t",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"170141183460469231731687303715884105727"`, `9007199254740993`, `"1.10"`, `"infinity"`, `null`, `true`, `2`}
	if len(rows) != 1 || len(rows[0]) != len(want) {
		t.Fatalf("got %s", rows)
	}
	for i, value := range rows[0] {
		if string(value) != want[i] {
			t.Errorf("column %d is %s, want %s", i, value, want[i])
		}
	}
	for _, job := range []Job{
		{Read: []string{in}, SQL: []string{copied}},
		{WriteDir: out, SQL: []string{copied}},
		{Read: []string{in}, WriteDir: out, SQL: []string{"COPY (SELECT 1) TO " + Literal(in)}},
		{SQL: []string{"SELECT * FROM read_text('/etc/passwd')"}},
	} {
		if _, err := p.Exec(t.Context(), job); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s: %v", job.SQL, err)
		}
	}
	if _, err := p.Exec(t.Context(), Job{SQL: []string{"SELECT 'x'::INT"}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
}
