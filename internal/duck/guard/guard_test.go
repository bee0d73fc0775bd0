package guard

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestPrepare(t *testing.T) {
	for _, c := range []struct {
		sql, body string
		kind      Kind
	}{
		{"select 1", "select 1", Select},
		{"select 1 ; ; -- x\n/* ; /* ; */ */ ;", "select 1 ", Select},
		{"select ';' || \"a;b\" || $$;$$ || $x$ ; $$ $x$ || e'\\';' -- ;", "select ';' || \"a;b\" || $$;$$ || $x$ ; $$ $x$ || e'\\';' -- ;", Select},
		{"select 1; select 2", "select 1; select 2", Select},
		{"explain select 1;", " select 1", Explain},
		{"--x\nEXPLAIN/**/ANALYZE/**/select 1", "/**/select 1", ExplainAnalyze},
		{"explained", "explained", Select},
		{"explain (format json) select 1", " select 1", Explain},
		{"explain(Format Text)from t", "from t", Explain},
		{"EXPLAIN /* ( */ ( analyze /* , */ , FORMAT json ) (select 1)", " (select 1)", ExplainAnalyze},
		{"explain (analyze) select 1", " select 1", ExplainAnalyze},
		{"explain (select 1)", " (select 1)", Explain},
		{"explain (format html) select 1", " (format html) select 1", Explain},
		{"explain (format json, format text) select 1", " (format json, format text) select 1", Explain},
		{"explain (format json select 1", " (format json select 1", Explain},
		{"explain (format", " (format", Explain},
		{"explain (analyze false) select 1", " (analyze false) select 1", Explain},
		{"select $1;", "select $1", Select},
		{"select 'unclosed;", "select 'unclosed;", Select},
		{"select name'x';'", "select name'x';'", Select},
	} {
		got := Prepare(c.sql)
		if got.Body != c.body || got.Kind != c.kind || !strings.HasPrefix(c.sql[got.Offset:], got.Body) {
			t.Errorf("%q: %+v", c.sql, got)
		}
	}
}

func FuzzPrepare(f *testing.F) {
	for _, seed := range []string{"explain /*", "$a$ $a", "e'\\", "''' ;", "--", "$", "explain analyze ; ;", "\xff\"\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		got := Prepare(sql)
		if got.Offset+len(got.Body) > len(sql) || sql[got.Offset:got.Offset+len(got.Body)] != got.Body {
			t.Errorf("%q: %+v is no part of it", sql, got)
		}
	})
}

// A tree with anything in it that the guard does not know is refused.
func TestCheckFailsClosed(t *testing.T) {
	const statement = `{"error":false,"statements":[{"node":%,"named_param_map":[]}]}`
	const selectFrom = `{"type":"SELECT_NODE","modifiers":[],"cte_map":{"map":[]},"select_list":[],"from_table":%}`
	if _, err := Check([]byte(strings.Replace(statement, "%", strings.Replace(selectFrom, "%", `{"type":"EMPTY"}`, 1), 1))); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{
		`{"type":"NEW_REF"}`, `{"type":"COLUMN_DATA"}`, `{"type":"DELIM_GET"}`, `{"class":"BOUND_REF","type":"EMPTY"}`,
		`{"type":"TABLE_FUNCTION"}`, `{"type":"TABLE_FUNCTION","function":{"class":"FUNCTION","function_name":"new_function"}}`,
		`{"type":"TABLE_FUNCTION","function":{"class":"FUNCTION","function_name":"range","schema":"other"}}`,
		`{"type":"BASE_TABLE"}`, `{"type":"SUBQUERY","subquery":{"node":{"type":"INSERT_NODE"}}}`, `{"type":"SHOW_REF","query":null}`,
		`{"type":"EMPTY","x":[[{"class":"FUNCTION","function_name":"QUERY_TABLE"}]]}`,
	} {
		for _, tree := range []string{strings.Replace(selectFrom, "%", from, 1), `{"type":"INSERT_NODE","from_table":` + from + `}`} {
			if s, err := Check([]byte(strings.Replace(statement, "%", tree, 1))); err == nil {
				t.Errorf("%s passed as %+v", tree, s)
			}
		}
	}
	for _, text := range []string{"", "null", "{}", `{"error":false}`, `{"error":false,"statements":[]}`, `{"error":false,"statements":[{}]}`,
		`{"error":false,"statements":[null]}`, `{"error":"no","statements":[{}]}`, strings.Repeat(`{"a":`, 20000)} {
		if s, err := Check([]byte(text)); err == nil {
			t.Errorf("%.40q passed as %+v", text, s)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"error":false,"statements":[{"node":{"type":"SELECT_NODE","from_table":{"type":"BASE_TABLE","table_name":"t"}}}]}`))
	f.Add([]byte(`{"error":true,"error_type":"parser","error_message":"x","position":"3"}`))
	f.Fuzz(func(t *testing.T, tree []byte) {
		s, err := Check(tree)
		if (s == nil) == (err == nil) {
			t.Errorf("%v, %v", s, err)
		}
		if err == nil && !json.Valid(tree) && len(s.Tables) > 0 {
			t.Errorf("%q is no tree", tree)
		}
	})
}
