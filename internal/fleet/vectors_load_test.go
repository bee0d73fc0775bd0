package fleet_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// loadAs is a load of a dataset of people into an index.
const loadAs = `{"sql":"SELECT id, [x, y]::FLOAT[] AS vector, city, hired FROM people"`

// An index follows a dataset: a load takes what the statement gives, and the next one what
// changed since.
func TestAnIndexIsLoadedFromADataset(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=people&mode=replace", "id,x,y,city,hired\n1,1,0,Austin,2026-01-02\n2,0,1,Waco,\n3,1,1,Austin,2026-03-04\n")
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"people","dimension":2}`)
	l.want(http.StatusNotFound, "GET", "/v1/vectors/index/people/load", "")
	load := l.load("people", loadAs+`}`)
	if load["rows"] != 3.0 || load["added"] != 3.0 || load["reads"] != "people@1" || load["skipped"] != false {
		t.Errorf("the first: %v", load)
	}
	found := l.want(http.StatusOK, "POST", "/v1/vectors/index/people/search", `{"vector":[1,0.1],"k":5,"filter":{"hired":{"gte":"2026-02-01"}}}`)
	if got := fmt.Sprint(found["results"]); !strings.Contains(got, "metadata:map[city:Austin hired:2026-03-04]") || strings.Contains(got, "Waco") {
		t.Errorf("found %s", got)
	}
	if load = l.load("people", loadAs+`}`); load["skipped"] != true || load["rows"] != 0.0 {
		t.Errorf("the same again: %v", load)
	}
	if load = l.load("people", loadAs+`,"force":true}`); load["unchanged"] != 3.0 || load["added"] != 0.0 || load["updated"] != 0.0 {
		t.Errorf("the same, by force: %v", load)
	}
	l.mustIngest("name=people&mode=upsert&key=id", "id,x,y,city,hired\n2,0,1,Dallas,\n4,0,1,Waco,\n")
	l.want(http.StatusOK, "POST", "/v1/vectors/index/people/add", `{"items":[{"id":"other","vector":[1,0]}]}`)
	if load = l.load("people", loadAs+`}`); load["unchanged"] != 2.0 || load["added"] != 1.0 || load["updated"] != 1.0 || load["deleted"] != 0.0 || load["reads"] != "people@2" {
		t.Errorf("what changed: %v", load)
	}
	l.mustIngest("name=people&mode=replace", "id,x,y,city,hired\n3,1,1,Austin,2026-03-04\n")
	if load = l.load("people", loadAs+`,"delete_missing":true}`); load["unchanged"] != 1.0 || load["deleted"] != 4.0 {
		t.Errorf("what is missing: %v", load)
	}
	for body, code := range map[string]string{
		`{"sql":"SELECT x FROM people"}`:                              "load_columns",
		`{"sql":"SELECT id, city AS vector FROM people"}`:             "load_columns",
		`{"sql":"SELECT id, [1,2,3]::FLOAT[] AS vector FROM people"}`: "dimension_mismatch",
		`{"sql":"SELECT id, [0,0]::FLOAT[] AS vector FROM people"}`:   "bad_vector",
		`{"sql":"SELECT * FROM nowhere"}`:                             "table_not_found",
		`{"sql":"DROP TABLE people"}`:                                 "sql_not_allowed",
	} {
		if load := l.load("people", body); load["state"] != "failed" || load["problem"].(map[string]any)["code"] != code {
			t.Errorf("%s: %v", body, load)
		}
	}
	l.want(http.StatusBadRequest, "POST", "/v1/vectors/index/people/load", `{"sql":" "}`)
	l.want(http.StatusNotFound, "DELETE", "/v1/vectors/index/people/load", "")
}

// A load that the end of the fleet breaks off goes on when the fleet runs again.
func TestALoadGoesOnAfterARestart(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data)
	l := lake{t, f.URL("gateway")}
	var csv strings.Builder
	csv.WriteString("id,x,y,city,hired\n")
	for n := range 30_000 {
		fmt.Fprintf(&csv, "%d,%d,%d,Waco,\n", n, n%100+1, n/100)
	}
	l.mustIngest("name=people", csv.String())
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"people","dimension":2}`)
	l.want(http.StatusAccepted, "POST", "/v1/vectors/index/people/load", loadAs+`}`)
	l.want(http.StatusConflict, "POST", "/v1/vectors/index/people/load", loadAs+`}`)
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	l = lake{t, startFleet(t, data).URL("gateway")}
	if load := l.loaded("people"); load["state"] != "succeeded" || load["rows"] != 30_000.0 || load["reads"] != "people@1" {
		t.Errorf("%v", load)
	}
	if doc := l.want(http.StatusOK, "POST", "/v1/vectors/index/people/count", `{}`); doc["count"] != 30_000.0 {
		t.Errorf("%v", doc)
	}
}

// want sends a request and holds the status against what is due.
func (l lake) want(status int, method, path, body string) map[string]any {
	l.t.Helper()
	got, doc := l.send(method, path, "application/json", body)
	if got != status {
		l.t.Errorf("%s %s %s: %d %v, want %d", method, path, body, got, doc, status)
	}
	return doc
}

// load loads an index and waits for the end.
func (l lake) load(index, body string) map[string]any {
	l.t.Helper()
	l.want(http.StatusAccepted, "POST", "/v1/vectors/index/"+index+"/load", body)
	return l.loaded(index)
}

// loaded waits until no load of an index runs, and gives the last.
func (l lake) loaded(index string) map[string]any {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	for {
		doc := l.want(http.StatusOK, "GET", "/v1/vectors/index/"+index+"/load", "")
		if doc["state"] != "running" {
			return doc
		}
		select {
		case <-ctx.Done():
			l.t.Fatalf("the load runs on: %v", doc)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
