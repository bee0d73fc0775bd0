package main

import (
	"strings"
	"testing"
)

// What an answer says beside its numbers is shown, and what stands in a file's
// way with its lines.
func TestIngestShowsWhatTheAnswerSays(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	t.Setenv("LAKEHOUSE_FLEET_AUTH_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_SECRETS_FILE", "")
	t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "data"))
	write(t, "t.csv", "id,hours\nT1,40\nT2,38\n")
	write(t, "head.csv", "id,hours\n")
	write(t, "some.csv", "id,hours\nT3,1\nT4\nT5,2\nT6\n")
	write(t, "bad.csv", "id,hours\n"+strings.Repeat("T1\n", 12))
	write(t, "other.csv", "id,hours,shift\nT3,n/a,day\nT4,n/a,day\n")
	write(t, "pipes.csv", "1|x,y\n2|z\n")
	write(t, "blank.csv", "id,hours\n\nT1,40\n")
	for _, c := range []struct {
		args   string
		code   int
		stdout []string // parts of it
		stderr []string
	}{
		{"ingest t.csv", 0, []string{"t: version 1, 2 rows, 2 columns"}, nil},
		{"ingest head.csv --name t", 0, []string{"t: version 2, 0 rows", "\n  note: the file has no rows", "version 1 has its 2 rows"}, nil},
		{"ingest t.csv some.csv --mode append --on-error quarantine", 0, []string{"│ t.csv    │ t       │       3 │    2 │        0 │", "│ some.csv │ some    │       1 │    2 │        2 │"},
			[]string{"some.csv: note: 2 rows in quarantine: some__quarantine"}},
		{"ingest bad.csv", 1, nil, []string{"(here: --on-error quarantine) [bad_rows] request ", "\n  ... and 2 more\n", "  line 2, reason 1 value where the file has 2 columns\n"}},
		{"ingest other.csv --name t --mode append", 1, nil, []string{"(here: --schema evolve, or --mode replace --schema replace) [schema_drift]",
			"  line 2, column hours, change retyped, from long, to string, example n/a\n", "  column shift, change added, to string\n"}},
		{"ingest other.csv --name t --mode append --schema replace", 1, nil, []string{"schema=replace goes with mode=replace alone", "[bad_option]"}},
		{"ingest other.csv --name t --schema replace", 0, []string{"t: version 4, 2 rows, 3 columns"}, nil},
		{"ingest t.csv --name t --mode create", 1, nil, []string{"[dataset_exists]"}},
		{"ingest t.csv --name t --mode upsert", 1, nil, []string{"mode=upsert needs key=COLUMN", "[bad_option]"}},
		{"ingest t.csv --name t --mode upsert --key id --schema evolve", 0, []string{"; 0 updated, 2 new"}, nil},
		{"ingest pipes.csv --delimiter pipe --no-header", 0, []string{"pipes: version 1, 2 rows, 2 columns"}, nil},
		{"ingest pipes.csv --delimiter pipe --no-header --mode append --allow-duplicate", 0, []string{"pipes: version 2, 2 rows"}, nil},
		{"ingest blank.csv", 0, []string{"\n  note: blank lines were skipped: 1"}, nil},
		{"ingest blank.csv bad.csv --mode append", 1, []string{"│ blank.csv │ blank   │       1 │    1 │        0 │", "│ unchanged │", "│ failed    │"},
			[]string{"bad.csv: 12 rows cannot be taken", "not loaded: 1 of 2 files"}},
	} {
		code, stdout, stderr := lakehouse(t.Context(), strings.Fields(c.args)...)
		if code != c.code || !holdsAll(stdout, c.stdout) || !holdsAll(stderr, c.stderr) {
			t.Errorf("lakehouse %s: %d\nstdout %s\nstderr %s\nwant %d, %q, %q", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
	code, stdout, stderr := lakehouse(t.Context(), "ingest", "head.csv", "--json")
	if code != 0 || !holdsAll(stdout, []string{`"dataset": "head"`, `"rows": 0`, `"warnings": []`, `"quarantine": null`}) {
		t.Errorf("--json: %d %s %s", code, stdout, stderr)
	}
}

func holdsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}
