package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
)

// script runs "lakehouse sql" over a text on standard input.
func script(t *testing.T, text string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRoot()
	root.SetIn(strings.NewReader(text))
	root.SetOut(&out)
	root.SetErr(&errs)
	code = cli.Execute(t.Context(), root, append([]string{"sql"}, args...))
	return code, out.String(), errs.String()
}

func statementsOfStandardInput(t *testing.T) {
	write(t, "more.sql", "select 'from more' as a;\n\\i deeper.sql\n")
	write(t, "deeper.sql", "select 1;\nselekt 2;\nselect 3;")
	write(t, "self.sql", `\i self.sql`)
	for _, c := range []struct {
		text   string
		args   string
		code   int
		stdout []string // parts of it
		stderr []string
	}{
		{"select 1 as a; -- one;\nselect\n'x;y' as b", "--format csv", 0, []string{"a\r\n1\r\nb\r\nx;y\r\n"}, nil},
		{"select $q$;$q$ as a; select E'\\';' as b; /* ; */ select \";\" from (select 1 as \";\");", "--format csv", 0, []string{"a\r\n;\r\nb\r\n';\r\n;\r\n1\r\n"}, nil},
		{"select 1;\n\nselect 2,\n  selekt;\nselect 3;", "--format csv", 1, []string{"1\r\n1\r\n"}, []string{"lakehouse: line 3: ", "    selekt\n    ^\n", "[sql_invalid]"}},
		{"select 1;\nselect 'é", "", 1, []string{"│ 1 │"}, []string{"line 2: the text ends within a quote (')"}},
		{"select 1; select 2;", "--json", 0, []string{`"rows":[[1]]`, `"rows":[[2]]`}, nil},
		{"select id, remark from week_44 order by 1;", "", 0, []string{"│ T1 │ NULL   │", "│ T2 │        │"}, []string{"2 rows, "}},
		{"\\x\nfrom week_44 where id = 'T1';\n\\x\nselect 1 as one;", "", 0, []string{"── row 1 ", "\nhours  │ 40\nremark │ NULL\n", "│   1 │"}, []string{"format vertical\n", "format table\n"}},
		{"\\format json\nselect 1 as a;\n\\format xml", "", 1, []string{`"rows":[[1]]`}, []string{"line 3: format xml is none of table, vertical, csv"}},
		{"\\d", "", 0, []string{"│ placements │ table │       1 │    1 │"}, nil},
		{"\\d week_44;", "", 0, []string{"│ zip    │ VARCHAR │", "│ hours  │ BIGINT  │"}, nil},
		{"\\d week_45", "", 1, nil, []string{"line 1: there is no table", "week_44"}},
		{"\\timing on\nselect 1;", "", 0, nil, []string{"on\n", " ms in all\n"}},
		{"\\o out.csv\n\\format csv\nselect 7 as n;\n\\o\nselect 8 as n;", "", 0, []string{"n\r\n8\r\n"}, nil},
		{"\\i more.sql\nselect 'after';", "--format csv", 1, []string{"from more", "1\r\n"}, []string{"line 1: more.sql: line 2: deeper.sql: line 2: ", "[sql_invalid]"}},
		{"\\i self.sql", "", 1, nil, []string{"does a file include itself?"}},
		{"\\q\nselect 1;", "", 0, nil, nil},
		{"\\nothing", "", 1, nil, []string{`there is no command \nothing; \? shows those that are`}},
		{"\\?", "", 0, []string{`\format [table|vertical|csv|json|ndjson]`, "Ctrl-C"}, nil},
		{"select i from range(20) t(i);", "--limit 3", 0, nil, []string{"3 rows", "There are more rows; use --limit"}},
		{"; ;\n -- nothing\n", "", 0, nil, nil},
		{"select 1;", "--format arrow", 2, nil, []string{"--format arrow is none of table"}},
		{"select ?;", "", 1, nil, []string{"has 1 parameter, 0 were given: write the value in place of ?", "--param VALUE"}},
		{"select ?;", "--param 1", 2, nil, []string{"--param goes with a statement"}},
		{"", "", 2, nil, []string{"standard input holds no statement"}},
	} {
		code, stdout, stderr := script(t, c.text, strings.Fields(c.args)...)
		if code != c.code || !holdsAll(stdout, c.stdout) || !holdsAll(stderr, c.stderr) || len(c.stdout) == 0 && stdout != "" && c.code != 0 {
			t.Errorf("%q %s: %d\nstdout %s\nstderr %s\nwant %d, %q, %q", c.text, c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
	if text, err := os.ReadFile("out.csv"); err != nil || string(text) != "n\r\n7\r\n" {
		t.Errorf("\\o wrote %q, %v", text, err)
	}
	if _, stdout, _ := script(t, "select 1;\nselekt;\nselect 3 as three;"); strings.Contains(stdout, "three") {
		t.Error("a statement after an error was run")
	}
}

func profileShowsColumns(t *testing.T) {
	var rows strings.Builder
	for i := range 1000 {
		state := []string{"TX", "TX", "CA", "", `"it's"`}[i%5]
		if i%2 == 0 {
			state = "TX"
		}
		fmt.Fprintf(&rows, "P%04d,%s,%d.50,2026-01-%02d,%v\n", i, state, i%10, 1+i%28, i%4 == 0)
	}
	write(t, "p.csv", "\"the \"\"id\"\"\",state,rate,day,late\n"+rows.String())
	if code, _, stderr := lakehouse(t.Context(), "ingest", "p.csv"); code != 0 {
		t.Fatal(stderr)
	}
	code, stdout, stderr := lakehouse(t.Context(), "profile", "p")
	if code != 0 || !holdsAll(stderr, []string{"1000 rows; distinct is an estimate"}) || !holdsAll(stdout, []string{
		`│ the "id" │ VARCHAR       │           0 │`, "│ state    │ VARCHAR       │ 100 (10.0%) │          3 │ CA", "TX (700), CA (100), it's (100)",
		"│ 0.50       │ 9.50       │    5.00 │ 0.50 (100)", "│ 2026-01-01 │ 2026-01-28 │", "│ false      │ true       │         │ false (750), true (250)",
	}) {
		t.Errorf("%d %s\n%s", code, stderr, stdout)
	}
	code, stdout, stderr = lakehouse(t.Context(), "profile", "p", "--json")
	if code != 0 || !holdsAll(stdout, []string{`"rows": 1000`, `"distinct_approx"`, `"value": "TX"`, `"rows": 700`, `"top": []`}) {
		t.Errorf("%d %s\n%s", code, stderr, stdout)
	}
	nested := "(select [i, 2] as l, {'a': i, 'b': 'x'} as s, map {'k': i} as m, [1, 2, 3]::int[3] as f, 'x'::blob as b, null as n, 0.1::double / i as d, i % 3 > 1 as t, [{'a': 1}] as ls from range(9) r(i))"
	code, stdout, stderr = lakehouse(t.Context(), "profile", nested)
	if code != 0 || !holdsAll(stdout, []string{"│ l      │ BIGINT[] ", "9 │ 2      │ 2        │     2.00 │", "│ s      │ STRUCT(a BIGINT, b VARC… │          0 │          9 │        │", "│ m      │ MAP(VARCHAR, BIGINT)", "9 (100.0%)"}) {
		t.Errorf("nested: %d %s\n%s", code, stderr, stdout)
	}
	if code, _, stderr := lakehouse(t.Context(), "profile", "q"); code != 1 || !strings.Contains(stderr, "[table_not_found]") {
		t.Errorf("no such table: %d %s", code, stderr)
	}
}

// A shell that is set up by "completion" completes verbs, tables and formats.
func shellsComplete(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"completion bash", "complete -o default"},
		{"completion zsh", "#compdef lakehouse"},
		{"completion fish", "complete -c lakehouse"},
		{"__complete prof", "profile\tShow what is in"},
		{"__complete profile pl", "placements\n"},
		{"__complete sql --format v", "vertical\n"},
		{"__complete storage c", "copy\tCopy a whole bucket"},
	} {
		code, stdout, stderr := lakehouse(t.Context(), strings.Fields(c.args)...)
		if code != 0 || !strings.Contains(stdout, c.want) {
			t.Errorf("%s: %d %s %.200s", c.args, code, stderr, stdout)
		}
	}
}
