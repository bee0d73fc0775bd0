package fleet_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// put stores an object as a user does.
func (l lake) put(key, text string) {
	l.t.Helper()
	if status, doc := l.send(http.MethodPut, "/v1/storage/objects/"+key, "text/csv", text); status >= 300 {
		l.t.Fatalf("%d %v", status, doc)
	}
}

// ingestFrom loads objects and gives the answer.
func (l lake) ingestFrom(params string, keys ...string) (int, map[string]any) {
	l.t.Helper()
	return l.send(http.MethodPost, "/v1/ingest?"+params+"&"+url.Values{"source": keys}.Encode(), "", "")
}

// An object in storage is loaded without passing the client, at once and as a job,
// under its own name.
func TestAnObjectInStorageIsLoaded(t *testing.T) {
	l := startLake(t)
	l.put("inbox/2026/Week 44.csv", "id,zip\n1,01234\n")
	for _, mode := range []string{"create", "replace"} {
		status, doc := l.ingestFrom("mode="+mode, "inbox/2026/Week 44.csv")
		if (status == http.StatusCreated) != (mode == "create") || doc["dataset"] != "week_44" || doc["bytes_in"] != 15.0 {
			t.Errorf("%s: %d %v", mode, status, doc)
		}
	}
	l.put("inbox/2026/Week 44.csv", "id,zip\n1,01234\n2,75001\n")
	status, doc := l.ingestFrom("async=true", "inbox/2026/Week 44.csv")
	if status != http.StatusAccepted || doc["bytes_total"] != 23.0 {
		t.Fatalf("%d %v", status, doc)
	}
	if job := l.ended(doc["id"].(string)); job.State != ingest.JobSucceeded || job.Answer.Version != 2 || job.Bytes != 23 {
		t.Errorf("%+v", job)
	}
	if got := l.rows("SELECT zip FROM week_44 ORDER BY id"); len(got) != 2 || got[0] != `"01234"` {
		t.Errorf("%v", got)
	}
}

// What cannot be loaded from storage is told by its key, at once, as a job too.
func TestSourcesThatCannotBeLoadedAreNamed(t *testing.T) {
	l := startLake(t)
	l.put("good.csv", "a\n1\n")
	l.put("bad.csv", "a\n\"\n")
	l.put("empty.csv", "")
	for _, c := range []struct {
		keys   []string
		status int
		code   string
		says   string
	}{
		{[]string{"good.csv", "missing.csv"}, 404, "object_not_found", `"missing.csv"`},
		{[]string{"datasets/x"}, 403, "reserved_key", "datasets/"},
		{[]string{"system/x"}, 403, "reserved_key", "system/"},
		{[]string{"a/../b"}, 400, "bad_key", ".."},
		{[]string{"good.csv", "good.csv"}, 400, "bad_option", "twice"},
		{[]string{"good.csv", "bad.csv"}, 422, "bad_rows", "bad.csv: "},
		{[]string{"empty.csv"}, 422, "empty_file", "empty"},
	} {
		status, doc := l.ingestFrom("name=t", c.keys...)
		if status != c.status || doc["code"] != c.code || !strings.Contains(fmt.Sprint(doc["detail"]), c.says) {
			t.Errorf("%q: %d %v", c.keys, status, doc)
		}
		if status < 422 {
			if status, doc := l.ingestFrom("name=t&async=true", c.keys...); status != c.status || doc["code"] != c.code {
				t.Errorf("%q as a job: %d %v", c.keys, status, doc)
			}
		}
	}
	if status, doc := l.ingestFrom("", "good.csv", "bad.csv"); doc["code"] != "bad_name" {
		t.Errorf("several without a name: %d %v", status, doc)
	}
	if status, doc := l.ingest("name=t&source=good.csv", "a\n1\n"); status != 400 || !strings.Contains(fmt.Sprint(doc["detail"]), "both a source and a body") {
		t.Errorf("a source and a body: %d %v", status, doc)
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
	if page, err := l.jobs().Jobs(t.Context(), "", "", 0); err != nil || len(page.Jobs) != 0 {
		t.Errorf("jobs %+v, %v", page, err)
	}
}

// Several objects become one version, whatever the order of their columns, and of
// each column the narrowest type that holds the values of all of them.
func TestSeveralObjectsBecomeOneVersion(t *testing.T) {
	l := startLake(t)
	l.put("a.csv", "id,rate,zip,day,big,none\n1,31,01234,2026-01-31,999999999999999999,\n2,,,,1,\n")
	l.put("b.csv", "zip,ID,rate,big,none,day\n75001,3,28.125,0.5,,31/12/2025\n")
	l.put("c.csv", "id,rate,zip,day,big,none\n")
	status, doc := l.ingestFrom("name=t", "a.csv", "b.csv", "c.csv")
	if status != http.StatusCreated || doc["version"] != 1.0 || doc["rows"] != 3.0 || doc["bytes_in"] != 156.0 {
		t.Fatalf("%d %v", status, doc)
	}
	var types []string
	for _, c := range doc["columns"].([]any) {
		column := c.(map[string]any)
		types = append(types, fmt.Sprint(column["name"], " ", column["type"]))
	}
	if got := strings.Join(types, ", "); got != "id long, rate decimal(18,3), zip string, day date, big decimal(38,2), none string" {
		t.Errorf("columns %s", got)
	}
	want := []string{`1|"31.000"|"01234"|"2026-01-31"|"999999999999999999.00"`, `2|null|null|null|"1.00"`, `3|"28.125"|"75001"|"2025-12-31"|"0.50"`}
	for i, row := range l.rows("SELECT id, rate, zip, day, big FROM t ORDER BY id") {
		if row != want[i] {
			t.Errorf("row %d: %s, want %s", i, row, want[i])
		}
	}
	if status, doc := l.ingestFrom("name=t&mode=append", "a.csv", "b.csv", "c.csv"); status != http.StatusOK || doc["unchanged"] != true {
		t.Errorf("again: %d %v", status, doc)
	}
	l.put("d.csv", "id,rate,zip,day,big,none,more\n4,1,1,1,1,1,1\n")
	l.put("e.csv", "id,zip\n4,1\n")
	for _, mode := range []string{"name=t&mode=append", "name=u"} {
		for other, change := range map[string]string{"d.csv": "added", "e.csv": "removed"} {
			status, doc := l.ingestFrom(mode, "a.csv", other)
			if status != http.StatusConflict || doc["source"] != other || !strings.Contains(fmt.Sprint(doc["diff"]), change) {
				t.Errorf("%s, %s: %d %v", mode, other, status, doc)
			}
		}
	}
	l.put("f.csv", "id,rate,zip,day,big,none\n5,x,1,2026-01-01,1,\n6,1,1,2026-01-01,1,\n7,1,1,2026-01-01,1,\n")
	status, doc = l.ingestFrom("name=t&mode=append&on_error=quarantine", "f.csv", "b.csv")
	if status != http.StatusCreated || doc["rows"] != 3.0 || doc["rejected"] != 1.0 {
		t.Errorf("a value that does not fit the dataset: %d %v", status, doc)
	}
}

// Bad rows of several files are all kept, those that are alike too.
func TestBadRowsOfSeveralObjectsAreAllKept(t *testing.T) {
	l := startLake(t)
	l.put("a.csv", "id,n\n1,2\nbroken\n")
	l.put("b.csv", "id,n\n3,4\nbroken\n")
	status, doc := l.ingestFrom("name=t&on_error=quarantine", "a.csv", "b.csv")
	if status != http.StatusCreated || doc["rows"] != 2.0 || doc["rejected"] != 2.0 || fmt.Sprint(doc["quarantine"]) != "map[dataset:t__quarantine rows:2]" {
		t.Errorf("%d %v", status, doc)
	}
	if got := l.rows(`SELECT count(*)::BIGINT FROM t__quarantine WHERE "raw" = 'broken'`); got[0] != "2" {
		t.Errorf("%v", got)
	}
}

// Objects of several formats and packings become one version, and are one job.
func TestObjectsOfSeveralFormatsBecomeOneVersion(t *testing.T) {
	l := startLake(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, "id,zip\n1,01234\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l.put("a.csv.gz", packed.String())
	l.put("b.ndjson", "{\"zip\":\"75001\",\"id\":2}\n{\"zip\":null,\"id\":3}\n")
	status, doc := l.ingestFrom("name=t&async=true", "a.csv.gz", "b.ndjson")
	if status != http.StatusAccepted {
		t.Fatalf("%d %v", status, doc)
	}
	if job := l.ended(doc["id"].(string)); job.State != ingest.JobSucceeded || job.Answer.Rows != 3 {
		t.Errorf("%+v", job)
	}
	if got := l.rows("SELECT id, zip FROM t ORDER BY id"); len(got) != 3 || got[0] != `1|"01234"` || got[1] != `2|"75001"` || got[2] != "3|null" {
		t.Errorf("%v", got)
	}
	sent := l.submit("name=u", packed.String())
	if job := l.ended(sent.ID); job.State != ingest.JobSucceeded || job.Answer.Rows != 1 {
		t.Errorf("%+v", job)
	}
	status, doc = l.send(http.MethodPost, "/v1/ingest?async=true&name=v", "application/json", `[{"a":1}]`)
	if status != http.StatusAccepted {
		t.Fatalf("%d %v", status, doc)
	}
	if job := l.ended(doc["id"].(string)); job.State != ingest.JobSucceeded || job.Answer.Rows != 1 {
		t.Errorf("%+v", job)
	}
}
