package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
)

// script runs "lakehouse sql" over a text on standard input.
func script(t *testing.T, text string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	root := cli.New(newUp(), newDemo(), newConfig(), newStorage())
	root.SetIn(strings.NewReader(text))
	root.SetOut(&out)
	root.SetErr(&errs)
	code = cli.Execute(t.Context(), root, append([]string{"sql"}, args...))
	return code, out.String(), errs.String()
}

func TestStatementsOfStandardInput(t *testing.T) {
	lake(t)
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
