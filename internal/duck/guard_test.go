package duck

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
)

// newTestParser parses in this process, without any other wall.
func newTestParser(t testing.TB) *parser {
	t.Helper()
	i, err := openUnlocked(setup{Limits: Limits{MemoryBytes: 1 << 30, Threads: 1}, SpillDir: t.TempDir()}, signed)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newParser(i.db)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGuardAccepts(t *testing.T) {
	p := newTestParser(t)
	for _, c := range []struct {
		sql    string
		kind   guard.Kind
		tables string
	}{
		{"select 1", guard.Select, ""},
		{"SELECT * FROM Placements p JOIN hr.people USING (id);", guard.Select, "Placements hr.people"},
		{"from t", guard.Select, "t"},
		{"table t", guard.Select, "t"},
		{"values (1), (2)", guard.Select, ""},
		{"with a as (select * from b) select * from a, c", guard.Select, "b c"},
		{"with a as (select 1), b as (select * from a) select * from b", guard.Select, ""},
		{"with t as (select * from t) select * from t", guard.Select, "t"},
		{"with recursive r(n) as (select n from seed union all select n + 1 from r where n < 9) from r", guard.Select, "seed"},
		{"with recursive r(a, b) using key (a) as (select 1, 2 union select a, b + 1 from recurring.r where b < 4) from r", guard.Select, ""},
		{"select (with x as (select * from y) select count(*) from x)", guard.Select, "y"},
		{"select * from a union all (select * from b order by 1) order by 1 limit 3", guard.Select, "a b"},
		{"select * from a, lateral (select * from b where b.i = a.i)", guard.Select, "a b"},
		{"select * from a asof join b on a.t >= b.t positional join c semi join d using (i)", guard.Select, "a b c d"},
		{"select exists (from a), 1 in (select i from b), [x for x in (select list(i) from c)]", guard.Select, "a b c"},
		{"select a.upper(), [1, 2].list_transform(lambda x: x + 1) from a", guard.Select, "a"},
		{"select sum(i) filter (where i > (select max(i) from b)) over (order by (select 1 from c)) from a", guard.Select, "b c a"},
		{"select * from range(10), generate_series(1, 3), unnest([1, 2])", guard.Select, ""},
		{"pivot a on k in ('x', 'y') using sum(v)", guard.Select, "a"},
		{"unpivot a on x, y into name n value v", guard.Select, "a"},
		{"select 1::decimal(9,2), 'x'::enum('x'), null::struct(a int, b varchar[])[], 1::int[3]", guard.Select, ""},
		{"select * exclude (i) replace (j + 1 as j), columns('x.*') from a tablesample 10%", guard.Select, "a"},
		{"select count(*) from a group by grouping sets ((i), ()) having count(*) > ? qualify row_number() over () = $1", guard.Select, "a"},
		{"select 'copy t to ''x''; drop table t' as \"from '/etc/passwd'\"", guard.Select, ""},
		{"describe hr.t", guard.Describe, "hr.t"},
		{"show t", guard.Describe, "t"},
		{"describe select * from a", guard.Describe, "a"},
		{"summarize t", guard.Summarize, "t"},
		{"show tables", guard.ShowTables, ""},
		{"Show All Tables;", guard.ShowTables, ""},
		{"explain select * from t", guard.Explain, "t"},
		{"explain (format json) select * from t", guard.Explain, "t"},
		{"explain (analyze, format json) select * from t", guard.ExplainAnalyze, "t"},
		{" /* a */ EXPLAIN -- b\n ANALYZE (select 1 from t);  -- c", guard.ExplainAnalyze, "t"},
	} {
		q, err := p.parse(c.sql)
		if err != nil {
			t.Errorf("%s: refused: %v", c.sql, err)
			continue
		}
		var tables []string
		for _, table := range q.Tables {
			tables = append(tables, strings.TrimPrefix(table.Schema+"."+table.Name, "."))
		}
		want := strings.Fields(c.tables)
		slices.Sort(tables)
		slices.Sort(want)
		if q.Kind != c.kind || !slices.Equal(tables, want) {
			t.Errorf("%s: %s %v, want %s %v", c.sql, q.Kind, tables, c.kind, want)
		}
	}
}

// refusedStatements are what the guard must refuse by itself.
var refusedStatements = []string{
	// SQL in a string.
	"select json_serialize_plan('from t')", "select json_serialize_plan('select current_setting(''threads'')', optimize := true)",
	"select a.json_serialize_sql() from (select 'select 1' a) a", "select JSON_deserialize_sql('{}')",
	// More than one, or none.
	"select 1; select 2", "select 1; copy t to 'x'", "", ";", "-- nothing",
	// Not a SELECT.
	"copy t to 'x'", "copy (select 1) to 'x.parquet'", "export database 'x'", "import database 'x'",
	"create table x as select 1", "create view x as select 1", "create or replace view t as select 1", "drop view t",
	"create macro m() as 1", "create secret (type s3)", "create sequence s", "create type y as enum('a')",
	"insert into t values (1)", "update t set a = 1", "delete from t", "merge into t using u on true when matched then delete", "truncate t",
	"attach 'x.db'", "attach ':memory:' as x", "detach x", "use x", "load httpfs", "install httpfs",
	"set threads = 1", "set variable x = 1", "reset threads", "pragma database_list", "pragma version", "pragma enable_profiling",
	"call pragma_version()", "call enable_logging()", "checkpoint", "vacuum", "analyze", "begin", "commit",
	"prepare p as select 1", "execute p", "deallocate p", "comment on table t is 'x'", "alter table t add column x int",
	"explain copy t to 'x'", "explain analyze create table x as select 1", "explain analyze select 1; copy t to 'x'",
	"explain explain select 1", "explain (format html) select 1", "explain (format json) copy t to 'x'", "explain (format json, codegen) select 1",
	"explain (format json) select * from 'x.csv'", "explain (analyze, format json) select 1; copy t to 'x'", "explain (format json)",
	"with x as (insert into t values (1) returning *) select * from x",
	// Files, by name and by function.
	"from '/etc/passwd'", "select * from 'x.csv'", `select * from "x.parquet"`, "from 's3://b/x'", "from 'data/*.parquet'",
	"select * from hr.'x.csv'", `from "../x"`, "describe 'x.parquet'", "summarize 'x.parquet'", "explain select * from 'x.csv'",
	"select (select count(*) from 'x.json')", "select * from t, lateral (from 'x.csv')",
	"pivot 'x.csv' on k in (1) using sum(v)", "select * from t where i in (from 'x.csv')",
	`SELECT (WITH "/f.parquet" AS (SELECT 1) SELECT 1), count(*) FROM "/f.parquet"`,
	`with "/f.parquet" as (select 1) from "/f.parquet"`, `with duckdb_settings as (select 1) from duckdb_settings`,
	"select * from read_csv('x')", "select * from read_parquet('x')", "select * from parquet_scan('x')", "select * from read_json('x')",
	"select * from read_text('/etc/passwd')", "select * from read_blob('x')", "select * from glob('*')", "select * from sniff_csv('x')",
	"select * from parquet_metadata('x')", "select * from parquet_schema('x')", "select * from read_duckdb('x')",
	"select * from read_ndjson_objects('x')", "select * from main.read_csv('x')", "select * from system.main.range(1)",
	// Names in strings, settings, the engine's own state.
	"select * from query('select 1')", "select * from query_table('t')", "select * from query_table(['t', 'u'])", "select * from histogram_values('t', 'x')",
	"select * from duckdb_settings()", "select * from duckdb_secrets()", "select * from pragma_storage_info('t')", "select * from which_secret('x', 's3')",
	"select * from json_execute_serialized_sql('x')", "select * from sql_auto_complete('x')", "select * from test_all_types()",
	"select * from enable_logging()", "select * from arrow_scan(1, 2, 3)", "select * from seq_scan('t')", "select * from force_checkpoint()",
	"select current_setting('threads')", "select getvariable('x')", "select nextval('s')", "select setseed(0.5)", "select write_log('x')",
	"select sleep_ms(1000)", "select pg_sleep(9)", "select main.current_setting('threads')", "select current_query()",
	"select 'threads'.current_setting()", "select sum(i) over (order by current_setting('threads')) from t",
	"select case when true then getvariable('x') end", "select list_transform([1], lambda x: nextval('s'))",
	"select 1 order by current_setting('threads')", "select 1 limit (select getvariable('x'))",
	// Other forms.
	"from a.b.c", "select * from t at (version => 3)", "select $name", "pivot t on k using sum(v)", "show databases", "show tables from x",
	"from (show tables)", "select * from (describe 'x.csv')", "select default",
	"select 1 \x00; copy t to 'x'", "select '\xff'", "select " + strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000),
}

func TestGuardRefuses(t *testing.T) {
	p := newTestParser(t)
	for _, sql := range refusedStatements {
		q, err := p.parse(sql)
		var f *workerFailure
		switch {
		case err == nil:
			t.Errorf("%.80q passed as %s %v", sql, q.Kind, q.Tables)
		case !errors.As(err, &f) || f.Kind != failInvalid && f.Kind != failNotAllowed || f.Message == "":
			t.Errorf("%.80q: %v", sql, err)
		}
	}
	if _, err := p.parse("select '" + strings.Repeat("x", maxStatement) + "'"); err == nil {
		t.Error("a statement beyond the bound passed")
	}
}

// A function that a new version of DuckDB brings is looked at before it is let in:
// whether it takes names or SQL out of strings, or reads what is not the data's.
// Then its line goes into testdata/functions.txt.
func TestEveryFunctionWasLookedAt(t *testing.T) {
	p := newTestParser(t)
	rows, err := p.connection.text("SELECT DISTINCT function_type || ' ' || function_name AS f FROM duckdb_functions() " +
		"WHERE function_type NOT IN ('table', 'pragma') ORDER BY f")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, row := range rows {
		if !slices.Contains(known, row[0]) {
			t.Errorf("nobody has looked at %s", row[0])
		}
	}
	if len(rows) < len(known) {
		t.Errorf("%d functions are known and %d are there", len(known), len(rows))
	}
}

func TestGuardPositions(t *testing.T) {
	p := newTestParser(t)
	for sql, want := range map[string]int{
		"select 1 frm t":                    13,
		"explain select 1 frm t":            21,
		"select * from 'x.csv'":             14,
		"explain analyze from glob('*')":    21,
		"select current_setting('threads')": 7,
	} {
		_, err := p.parse(sql)
		var f *workerFailure
		if !errors.As(err, &f) || f.Position != want {
			t.Errorf("%s: %+v, want position %d", sql, err, want)
		}
	}
}

// Whatever the guard lets pass, with no table to read, never needs the second
// wall: binding it reaches no file and is a statement that reads.
func FuzzGuard(f *testing.F) {
	for _, sql := range refusedStatements[:len(refusedStatements)-3] {
		f.Add(sql)
	}
	for _, sql := range []string{"select 1", "with a as (select 1) from a", "explain values (1)", "select $$x$$, e'\\'', \"a\"\"b\" /* /* */ */; --"} {
		f.Add(sql)
	}
	s := setup{Limits: Limits{MemoryBytes: 1 << 30, Threads: 1}, SpillDir: f.TempDir()}
	i, err := openInstance(s)
	if err != nil {
		f.Fatal(err)
	}
	p, err := newParser(i.db)
	if err != nil {
		f.Fatal(err)
	}
	c, err := connect(i.db)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		q, err := p.parse(sql)
		if err != nil || q.Kind == guard.ShowTables {
			return
		}
		for _, table := range q.Tables {
			if strings.ContainsAny(table.Name, "./*?[]:'\"") {
				t.Errorf("%q lets the table %q pass", sql, table.Name)
			}
		}
		if len(q.Tables) > 0 {
			return
		}
		_, err = prepare(c, q.sql(10), nil)
		var failure *workerFailure
		if errors.As(err, &failure) && failure.Kind == failNotAllowed {
			t.Errorf("%q passed the guard and met the lock: %s", sql, failure.Message)
		}
	})
}
