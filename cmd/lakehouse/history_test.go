package main

import (
	"strings"
	"testing"
)

// call is one call of the command line.
type call struct {
	args   string // select-sum and from-v stand for statements, and ~ for a space within an argument
	code   int
	stdout []string // parts of it
	stderr []string // likewise; one that begins with ! is not there
}

func (c call) check(t *testing.T) {
	t.Helper()
	args := strings.Fields(c.args)
	for i := range args {
		args[i] = strings.NewReplacer("select-sum", "select sum(hours) from t", "from-v", "from v", "~", " ").Replace(args[i])
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
		if absent, not := strings.CutPrefix(part, "!"); not {
			if strings.Contains(stderr, absent) {
				t.Errorf("lakehouse %s: %q in\n%s", c.args, absent, stderr)
			}
		} else if !strings.Contains(stderr, part) {
			t.Errorf("lakehouse %s: no %q in\n%s", c.args, part, stderr)
		}
	}
}

// viewCalls are about views over a dataset t with the columns id and hours.
func viewCalls() []call {
	return []call{
		{"view create v --sql select-sum --text Hours_of_all", 0, []string{"v: version 1 reads t\n"}, nil},
		{"view create v --sql select-sum", 1, nil, []string{"(here: --replace) [view_exists]"}},
		{"view create v --sql select-sum --replace", 0, []string{"v: version 1 is that already"}, nil},
		{"view create v --file v.sql --replace", 0, []string{"v: version 2 reads t\n"}, nil},
		{"view create vv --sql from-v", 0, []string{"vv: version 1 reads v\n"}, nil},
		{"drop t", 2, nil, []string{"This would drop t with all of its versions", "Views that read it, and would fail without it: v, vv.\n"}},
		{"rename t t2", 0, []string{"t is called t2 now"}, []string{"note: Views that read it, and fail without its old name: v, vv. Rename it back"}},
		{"sql --format csv from-v", 1, nil, []string{"(here: lakehouse restore t, lakehouse rename NAME t, or lakehouse view create v --replace) [view_broken]"}},
		{"rename t2 t", 0, nil, []string{"!note"}},
		{"rename v x", 1, nil, []string{"(here: views are not renamed: lakehouse view create x with the statement that lakehouse view show v shows, then lakehouse view drop v) [is_view]"}},
		{"view drop v", 2, nil, []string{"This would drop the view v", "would fail without it: vv."}},
		{"view drop vv --yes", 0, nil, nil},
		{"view create w --sql selec", 1, nil, []string{"  selec\n  ^\n", "[sql_invalid]"}},
		{"view create w", 2, nil, []string{"--sql or by --file"}},
		{"view create t --sql select-sum --replace", 1, nil, []string{"[dataset_exists]"}},
		{"view", 2, nil, []string{"view create|show|describe|drop"}},
		{"views", 0, []string{"│ v    │       2 │ t     │ ", "│ Hours_of_all │"}, nil},
		{"view show v", 0, []string{"v, version 2 of ", "reads t\nHours_of_all\n\n-- all of them\nselect sum(hours) as all_hours\n\tfrom t\n", "│ all_hours │ decimal(38,0) │", "│       2 │ ", " │ -- all of them select sum(hours) as all_hours  from t │\n", "│       1 │ ", " │ select sum(hours) from t "}, nil},
		{"view show v --at 1", 0, []string{"v, version 1 of ", "\n\nselect sum(hours) from t\n", "│       2 │ "}, nil},
		{"view show v --json", 0, []string{`"version": 2,`, `"versions": [`, `"sql": "select sum(hours) from t",`}, nil},
		{"view show v --at 7", 1, nil, []string{"1 to 2", "[version_not_found]"}},
		{"sql --format csv from-v", 0, []string{"all_hours\r\n79\r\n"}, nil},
		{"sql --format csv from-v --as-of v=1", 0, []string{"sum(", "79\r\n"}, nil},
		{"profile v", 0, []string{"all_hours"}, nil},
		{"ingest a.csv --name v", 1, nil, []string{"(here: --name NAME, or lakehouse view drop v) [view_exists]"}},
		{"tag v x", 1, nil, []string{"(here: lakehouse view show|describe|drop NAME) [is_view]"}},
		{"view describe v --text Every_hour", 0, []string{"v, version 2 of ", "\nEvery_hour\n"}, nil},
		{"view describe v", 2, nil, []string{"--text"}},
		{"view drop v", 2, nil, []string{"the current one is 2", "--yes"}},
		{"view drop v --yes", 0, []string{"v is dropped; until ", "'lakehouse view restore v' brings it back"}, nil},
		{"view show v", 1, nil, []string{"(here: lakehouse view restore NAME) [view_not_found]"}},
		{"restore v", 1, nil, []string{"(here: lakehouse view restore v, for it was a view) [dropped_not_found]"}},
		{"views --dropped", 0, []string{"│ v    │ ", "│       2 │ ", "restorable until"}, nil},
		{"view restore v", 0, []string{"v is there again, at version 2\n"}, nil},
		{"view restore v", 1, nil, []string{"(here: lakehouse views --dropped) [dropped_not_found]"}},
		{"view create w --sql select-sum", 0, nil, nil},
		{"view drop w --yes", 0, nil, nil},
		{"view create w --sql select-sum", 0, nil, nil},
		{"view restore w", 1, nil, []string{"drop it, and restore then", "[view_exists]", "!--replace"}},
		{"view drop w --yes", 0, nil, nil},
		{"view restore w", 1, nil, []string{"(here: --id VIEW_ID, which 'lakehouse views --dropped' shows) [dropped_ambiguous]"}},
		{"views --json", 0, []string{`"name": "v"`, `"kind": "dataset"`}, nil},
	}
}

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
	write(t, "v.sql", "-- all of them\nselect sum(hours) as all_hours\n\tfrom t\n")
	for _, c := range append([]call{
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
		{"diff t tag:payroll-w44", 0, []string{"│       │           version 2 │           version 3 │", "│ rows  │", "│ place  │ added   │      │ string │", "│ hours  │ removed │ long │        │", "counts in both.\n"}, nil},
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
		{"view restore t", 1, nil, []string{"(here: lakehouse restore t, for it was a dataset) [dropped_not_found]"}},
		{"dropped", 0, []string{"│ t       │ ", "restorable until"}, nil},
		{"restore t", 0, []string{"t is there again, at version 4 with 3 rows\n"}, nil},
		{"sql --format csv select-sum", 0, []string{"79\r\n"}, nil},
		{"restore t", 1, nil, []string{"(here: lakehouse dropped) [dropped_not_found]"}},
		{"dropped --json", 0, []string{"[]\n"}, nil},
		{"tag t payroll-w44 --delete", 0, []string{"t: the tag payroll-w44 is gone; it was at version 2\n"}, nil},
		{"tag t payroll-w44 --delete --move", 2, nil, []string{"--delete"}},
	}, viewCalls()...) {
		c.check(t)
	}
}
