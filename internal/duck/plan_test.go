package duck

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
)

// flat takes frames and line breaks out of a text, so that what was wrapped is
// whole again.
func flat(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r >= '─' && r <= '╿' {
			return -1
		}
		return r
	}, text)
}

// planTree gives the JSON in the one row of an answer.
func planTree(t *testing.T, row string) string {
	t.Helper()
	var answer struct {
		Value string `json:"explain_value"`
	}
	if err := json.Unmarshal([]byte(row), &answer); err != nil || !json.Valid([]byte(answer.Value)) {
		t.Fatalf("%v: %s", err, row)
	}
	return answer.Value
}

func TestPlansNameTablesAndNoFiles(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	const object = "0198abcd-1234-7777-8888-aaaabbbbcccc-deadbeefdeadbeefdeadbeef.parquet"
	files := []string{
		parquet(t, p, object, "select i as id, 'x' as s from range(3000) t(i)", "id: 1, s: 2"),
		parquet(t, p, "more.parquet", "select 7000::bigint as id, 'y' as s", "id: 1, s: 2"),
	}
	columns := []Column{{FieldID: 1, Name: "id", Type: "long"}, {FieldID: 2, Name: "s", Type: "string"}}
	r := Request{
		Views:  []View{{Schema: "hr", Name: "people", Files: files, Columns: columns}, {Name: "none", Columns: columns}},
		Params: params("17"),
	}
	for sql, shown := range map[string][]string{
		"explain select s, count(*) from hr.people where id > ? group by 1":         {"READ_PARQUET", "id>17"},
		"explain analyze select s, count(*) from hr.people where id > ? group by 1": {"READ_PARQUET: 2983 rows", "Table: hr.people", "id>17", "HASH_GROUP_BY: 2 rows", "Total time: "},
		"explain analyze select * from none where id > ?":                           {"EMPTY_RESULT: 0 rows"},
		"explain analyze select * from range(?)":                                    {"RANGE: 17 rows"},
		"explain analyze select * from hr.people order by id limit ?":               {"Table: hr.people", "17 rows"},
	} {
		got := strings.NewReplacer(`\n`, "\n", `\u003e`, ">").Replace(answer(t, p, sql, r))
		for _, secret := range []string{flat(p.config.ReadDir), object[:20], ".parquet"} {
			if strings.Contains(flat(got), secret) {
				t.Errorf("%s shows %s:\n%s", sql, secret, got)
			}
		}
		for _, part := range shown {
			if !strings.Contains(got, part) {
				t.Errorf("%s lacks %q:\n%s", sql, part, got)
			}
		}
	}
	for sql, shown := range map[string][]string{
		"explain (format json) select s, count(*) from hr.people where id > ? group by 1":          {`{"plan":[{"operator":"`, `"estimated_rows":`, "READ_PARQUET", "id>17"},
		"explain (analyze, format json) select s, count(*) from hr.people where id > ? group by 1": {`"elapsed_ms":`, `"rows":2983`, `"Table":"hr.people"`, "id>17", `"children":[]`},
	} {
		got := planTree(t, answer(t, p, sql, r))
		for _, secret := range []string{p.config.ReadDir, object[:20], ".parquet"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s shows %s:\n%s", sql, secret, got)
			}
		}
		for _, part := range shown {
			if !strings.Contains(got, part) {
				t.Errorf("%s lacks %q:\n%s", sql, part, got)
			}
		}
	}
	var e *Error
	if _, err := ask(t.Context(), p, "explain (format json) select id + nosuch from hr.people", r); !errors.As(err, &e) || e.Kind != ErrInvalid || e.Position != 34 {
		t.Errorf("an error in the statement: %+v", err)
	}
	if _, err := ask(t.Context(), p, "explain analyze select id + nosuch from hr.people", r); !errors.As(err, &e) || e.Kind != ErrInvalid || e.Position != 28 {
		t.Errorf("an error in the statement: %+v", err)
	}
}

// An error that names a file is about the file: what it says is for the log.
func TestErrorsNameNoFile(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	file := parquet(t, p, "f.parquet", "select 'x' as s", "s: 1")
	other := View{Name: "t", Files: []string{file}, Columns: []Column{{FieldID: 1, Name: "s", Type: "int"}}}
	for _, sql := range []string{"select sum(s) from t", "explain analyze from t"} {
		var e *Error
		if _, err := ask(t.Context(), p, sql, Request{Views: []View{other}}); !errors.As(err, &e) || e.Kind != ErrDamaged {
			t.Errorf("%s: %v", sql, err)
		} else if strings.Contains(e.Detail, ".parquet") || !strings.Contains(e.Cause, file) {
			t.Errorf("%s: %q because of %q", sql, e.Detail, e.Cause)
		}
	}
}
