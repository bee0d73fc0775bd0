package duck

import (
	"strings"
	"testing"
)

func TestRepeatable(t *testing.T) {
	p := newTestParser(t)
	for _, sql := range []string{
		"select 1", "select state, count(*), sum(rate * 2) from t where d >= ? and lower(s) like 'a%' group by all order by 2 desc limit 3",
		"select row_number() over (partition by a order by b), lag(c) over w from t window w as (order by d)",
		"select nullif(a, 0), coalesce(a, b), split_part(s, '.', 1), list_sum([1, 2]), a::DATE + INTERVAL 1 DAY from t",
		"from range(10)", "summarize t", "describe t", "with x as (select max(i) m from t) select * from x, unnest([1]) u",
		"select date_trunc('week', d), strftime(d, '%Y'), approx_count_distinct(x), median(x), list_transform([1], lambda y: y + 1) from t",
		"pivot a on k in ('x', 'y') using sum(v)", "select json_extract(j, '$.a'), regexp_matches(s, 'x') from t",
	} {
		if q, err := p.parse(sql); err != nil || !q.Repeatable {
			t.Errorf("%s: not repeatable: %v", sql, err)
		}
	}
	for _, sql := range []string{
		"select now()", "select NOW()", "select a.now() from t", "select current_timestamp", `select "current_date"`, "select CURRENT_TIME", "select localtimestamp",
		"select localtime", "select current_localtimestamp()", "select today()", "select get_current_timestamp()", "select transaction_timestamp()",
		"select age(TIMESTAMP '2001-01-01')", "select ago(INTERVAL 1 DAY)", "select random()", "select uuid()", "select gen_random_uuid()", "select uuidv7()",
		"select current_user", "select user", "select current_database()", "select version()  from t where d > today()",
		"select * from t using sample 10%", "select * from t tablesample reservoir(5)", "select * from (select 1) s tablesample 3 rows",
		"select * from a, b tablesample 10% where a.i = b.i", "select (select random())", "with x as (select now() n) from x",
		"select 1 order by random()", "select sum(x) filter (where random() < 0.5) from t", "select count(*) over (order by random()) from t",
		"select list_transform([1], lambda x: x + random())", "select case when false then now() end", "select t.current_date from t",
		"select reservoir_quantile(x, 0.5) from t", "select error('x')", "select txid_current()", "from unnest([random()])",
		"select no_such_function(1)", "show tables", "explain select 1", "explain analyze select 1", "select 1 limit (select random()::int)",
		"select pg_postmaster_start_time()", "select sum(distinct x order by random()) from t",
	} {
		if q, err := p.parse(sql); err != nil || q.Repeatable {
			t.Errorf("%s: repeatable, or %v", sql, err)
		}
	}
}

// Of a new version of DuckDB too, a macro that is taken for steady is made of steady
// functions.
func TestSteadyMacrosAreSteady(t *testing.T) {
	p := newTestParser(t)
	macros, err := p.connection.text("SELECT function_name, macro_definition FROM duckdb_functions() WHERE function_type = 'macro'")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range steadyMacros {
		seen := false
		for _, row := range macros {
			if row[0] != name {
				continue
			}
			seen = true
			if q, err := p.parse("SELECT " + row[1]); err != nil || !q.Repeatable {
				t.Errorf("%s is %s: %v", name, row[1], err)
			}
		}
		if !seen {
			t.Errorf("there is no macro %s", name)
		}
	}
	for _, name := range unsteady {
		if rows, err := p.connection.text("SELECT 'x' FROM duckdb_functions() WHERE function_name = " + Literal(name)); err != nil || len(rows) == 0 {
			t.Errorf("there is no %s: %v", name, err)
		}
	}
	rows, err := p.connection.text(steadySQL)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row[0]
	}
	if want := strings.Join(names, "\n") + "\n"; steadyNames != want {
		t.Errorf("steady.txt is not what this DuckDB says; it should be:\n%s", want)
	}
}
