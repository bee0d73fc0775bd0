package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Files come from folders and patterns, are sent a few at a time, at once or as
// jobs, and each is told of: in a table, as a document, and by the exit code.
func TestFoldersPatternsAndJobs(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	t.Setenv("LAKEHOUSE_FLEET_AUTH_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_SECRETS_FILE", "")
	t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "data"))
	for _, folder := range []string{"in/deep", "weeks", "empty"} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, "in/a.csv", "id\n1\n")
	write(t, "in/b.CSV", "id\n1\n2\n")
	write(t, "in/notes.txt", "hello")
	write(t, "in/.hidden.csv", "id\n1\n")
	write(t, "in/broken.csv", "id,n\n\"\n")
	write(t, "weeks/w1.csv", "id,week\n1,1\n")
	write(t, "weeks/w2.csv", "id,week\n1,2\n")
	write(t, "weeks/w3.csv", "id,week\n1,3\n")

	code, out, errs := lakehouse(t.Context(), "ingest", "in")
	if code != 1 || !strings.Contains(errs, "in/broken.csv: ") || !strings.Contains(errs, "bad_rows") || strings.Contains(out, "hidden") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	for _, skipped := range []string{"in/notes.txt", "in/deep", "in/.hidden.csv"} {
		if !strings.Contains(errs, "skipped "+skipped+": ") {
			t.Errorf("%s is not named as skipped:\n%s", skipped, errs)
		}
	}
	wantRow(t, out, "in/a.csv", "a", "1", "1", "0", "loaded")
	wantRow(t, out, "in/b.CSV", "b", "1", "2", "0", "loaded")
	wantRow(t, out, "in/broken.csv", "failed")

	for _, c := range []struct {
		args    []string
		outcome string
	}{{nil, "loaded"}, {[]string{"--async"}, "unchanged"}} {
		code, out, errs = lakehouse(t.Context(), append([]string{"ingest", "weeks/*.csv", "--name", "weeks", "--mode", "append"}, c.args...)...)
		if code != 0 {
			t.Errorf("%q: %d\n%s", c.args, code, errs)
		}
		for i, file := range []string{"weeks/w1.csv", "weeks/w2.csv", "weeks/w3.csv"} {
			version := []string{"1", "2", "3"}[i]
			if c.outcome == "unchanged" {
				version = "3"
			}
			wantRow(t, out, file, "weeks", version, "1", "0", c.outcome)
		}
	}

	code, out, _ = lakehouse(t.Context(), "ingest", "--json", "--async", "in/a.csv", "in/broken.csv", "in/missing.csv")
	decoder := json.NewDecoder(strings.NewReader(out))
	var docs []map[string]any
	for decoder.More() {
		var doc map[string]any
		if err := decoder.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	if code != 1 || len(docs) != 3 || docs[0]["file"] != "in/a.csv" || docs[0]["dataset"] != "a" || docs[1]["problem"].(map[string]any)["code"] != "bad_rows" ||
		!strings.Contains(docs[2]["error"].(string), "missing.csv") {
		t.Errorf("%d %v", code, docs)
	}

	for args, says := range map[string]string{
		"empty": "no file that can be loaded", "none/*.csv": "no file matches", "weeks/w1.csv weeks/w2.csv --name x": "--mode append",
		"weeks/w1.csv --detach": "--async", "weeks/w1.csv --parallel 0": "--parallel",
	} {
		if code, _, errs := lakehouse(t.Context(), append([]string{"ingest"}, strings.Fields(args)...)...); code != 2 || !strings.Contains(errs, says) {
			t.Errorf("%s: %d %s", args, code, errs)
		}
	}
	detachedJobs(t)
}

// detachedJobs sends a file and leaves; the job is in the list, and an ended one
// cannot be cancelled.
func detachedJobs(t *testing.T) {
	t.Helper()
	code, out, errs := lakehouse(t.Context(), "ingest", "--async", "--detach", "--json", "weeks/w1.csv")
	var doc struct {
		Job struct{ ID string }
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != 0 || doc.Job.ID == "" {
		t.Fatalf("%d %s%s %v", code, out, errs, err)
	}
	if code, out, _ = lakehouse(t.Context(), "jobs"); code != 0 || !strings.Contains(out, doc.Job.ID) {
		t.Errorf("%d\n%s", code, out)
	}
	if code, out, _ = lakehouse(t.Context(), "jobs", "--state", "failed"); code != 0 || strings.Contains(out, doc.Job.ID) || !strings.Contains(out, "bad_rows") {
		t.Errorf("%d\n%s", code, out)
	}
	if code, _, errs = lakehouse(t.Context(), "jobs", "cancel", "nobody"); code != 1 || !strings.Contains(errs, "job_not_found") {
		t.Errorf("%d\n%s", code, errs)
	}
	for code, out = lakehouseTwo(t, "jobs", "--state", "succeeded"); !strings.Contains(out, doc.Job.ID); code, out = lakehouseTwo(t, "jobs", "--state", "succeeded") {
		if code != 0 || t.Context().Err() != nil {
			t.Fatalf("%d\n%s", code, out)
		}
	}
	if code, _, errs = lakehouse(t.Context(), "jobs", "cancel", doc.Job.ID); code != 1 || !strings.Contains(errs, "it is succeeded") {
		t.Errorf("%d\n%s", code, errs)
	}
}

func lakehouseTwo(t *testing.T, args ...string) (code int, stdout string) {
	t.Helper()
	code, stdout, _ = lakehouse(t.Context(), args...)
	return code, stdout
}

// wantRow fails unless a table has a row with these cells, in this order.
func wantRow(t *testing.T, table, file string, cells ...string) {
	t.Helper()
	for line := range strings.Lines(table) {
		fields := strings.Fields(strings.NewReplacer("│", " ").Replace(line))
		if len(fields) == 0 || fields[0] != filepath.FromSlash(file) {
			continue
		}
		at := 1
		for _, cell := range cells {
			i := slices.Index(fields[at:], cell)
			if i < 0 {
				t.Errorf("the row of %s is %q, want %q", file, fields, cells)
				return
			}
			at += i + 1
		}
		return
	}
	t.Errorf("no row of %s in\n%s", file, table)
}
