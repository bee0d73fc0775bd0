package main

import (
	"strings"
	"testing"
)

// The verbs that look back and manage say what they did, ask before they take
// anything away, and statements see what they did at once.
func TestVerbsThatLookBackAndManage(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	t.Setenv("LAKEHOUSE_FLEET_AUTH_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_SECRETS_FILE", "")
	t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "data"))
	write(t, "a.csv", "id,hours\nT1,40\nT2,38\n")
	write(t, "b.csv", "id,hours\nT3,1\nT4\n")
	write(t, "c.csv", "id,place\nT9,Austin\n")
	for _, c := range []struct {
		args   string
		code   int
		stdout []string // parts of it
		stderr []string
	}{
		{"ingest a.csv --name t", 0, []string{"t: version 1"}, nil},
		{"ingest b.csv --name t --mode append --on-error quarantine", 0, []string{"t: version 2, 1 rows"}, nil},
		{"tag t payroll-w44", 0, []string{"t: the tag payroll-w44 is at version 2\n"}, nil},
		{"ingest c.csv --name t --schema replace", 0, []string{"t: version 3"}, nil},
		{"tag t payroll-w44", 1, nil, []string{"(here: --move) [tag_exists]"}},
		{"tag t other --version 0", 2, nil, []string{"--version"}},
		{"tag t main", 1, nil, []string{"[bad_tag]"}},
		{"versions t", 0, []string{"│       2 │ ", "│ append    │    3 │     1 │ payroll-w44 │", "│ overwrite │    1 │     1 │"}, nil},
		{"versions t --json", 0, []string{`"tags": [` + "\n", `"payroll-w44"`}, nil},
		{"versions u", 1, nil, []string{"[dataset_not_found]"}},
		{"diff t tag:payroll-w44", 0, []string{"│       │           version 2 │           version 3 │", "│ rows  │", "│ place  │ added   │      │ string │", "│ hours  │ removed │ long │        │"}, nil},
		{"diff t 1 2", 0, []string{"The columns are the same.", "│ rows  │                   2 │                   3 │     1 │       0 │"}, nil},
		{"diff t yesterday", 2, nil, []string{"tag:payroll-w44"}},
		{"diff t 9", 1, nil, []string{"(here: lakehouse versions NAME) [version_not_found]"}},
		{"rollback t tag:payroll-w44", 2, nil, []string{"t is at version 3 with 1 rows. A new version gets the content of version 2", "3 rows, 3 of them added, and 1 that are there now removed; columns: hours added, place removed", "--yes"}},
		{"rollback t tag:payroll-w44 --yes", 0, []string{"t: version 4 has the content of version 2, 3 rows\n"}, nil},
		{"rollback t 2 --yes", 0, []string{"already; nothing changed"}, nil},
		{"sql --format csv select-sum", 0, []string{"79\r\n"}, nil},
		{"ingest a.csv --name t --mode append", 0, []string{"unchanged"}, nil},
		{"describe t --text Hours_worked --column hours=per_week", 0, []string{"Hours_worked\n", "│ hours  │ long   │ per_week    │"}, nil},
		{"describe t", 0, []string{"Hours_worked\n"}, nil},
		{"describe t --column minutes=x", 1, nil, []string{"no column"}},
		{"describe t --column hours", 2, nil, []string{"NAME=TEXT"}},
		{"rename t hr.hours", 0, []string{"t is called hr.hours now, and its bad rows are in hr.hours__quarantine\n"}, nil},
		{"versions t", 1, nil, []string{"renamed to hr.hours"}},
		{"rename hr.hours t", 0, []string{"hr.hours is called t now"}, nil},
		{"drop t", 2, nil, []string{"the current one is 4, 3 rows in 2 files", "--yes"}},
		{"datasets", 0, []string{"│ t "}, nil},
		{"drop t --yes", 0, []string{"t is dropped; until ", "'lakehouse restore t' brings it back"}, nil},
		{"sql --format csv select-sum", 1, nil, []string{"[table_not_found]"}},
		{"drop t --yes", 1, nil, []string{"(here: lakehouse restore NAME) [dataset_not_found]"}},
		{"dropped", 0, []string{"│ t       │ ", "restorable until"}, nil},
		{"restore t", 0, []string{"t is there again, at version 4 with 3 rows\n"}, nil},
		{"sql --format csv select-sum", 0, []string{"79\r\n"}, nil},
		{"restore t", 1, nil, []string{"(here: lakehouse dropped) [dropped_not_found]"}},
		{"dropped --json", 0, []string{"[]\n"}, nil},
		{"tag t payroll-w44 --delete", 0, []string{"t: the tag payroll-w44 is gone; it was at version 2\n"}, nil},
		{"tag t payroll-w44 --delete --move", 2, nil, []string{"--delete"}},
	} {
		args := strings.Fields(c.args)
		for i := range args {
			args[i] = strings.Replace(args[i], "select-sum", "select sum(hours) from t", 1)
		}
		code, stdout, stderr := lakehouse(t.Context(), args...)
		if code != c.code {
			t.Fatalf("lakehouse %s: exit code %d, not %d\n%s%s", c.args, code, c.code, stdout, stderr)
		}
		for _, part := range c.stdout {
			if !strings.Contains(stdout, part) {
				t.Errorf("lakehouse %s: no %q in\n%s", c.args, part, stdout)
			}
		}
		for _, part := range c.stderr {
			if !strings.Contains(stderr, part) {
				t.Errorf("lakehouse %s: no %q in\n%s", c.args, part, stderr)
			}
		}
	}
}
