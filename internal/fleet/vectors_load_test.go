package fleet_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
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
	l.want(http.StatusOK, "POST", "/v1/vectors/index/people/metadata", `{"ids":["2"],"set":{"city":"Elsewhere"}}`)
	if load = l.load("people", loadAs+`}`); load["updated"] != 1.0 || load["unchanged"] != 2.0 {
		t.Errorf("after somebody else changed the index: %v", load)
	}
	if load = l.load("people", loadAs+`}`); load["skipped"] != true {
		t.Errorf("the same again: %v", load)
	}
	const today = `{"sql":"SELECT id, [x, y]::FLOAT[] AS vector FROM people WHERE hired < today()"}`
	l.load("people", today)
	if load = l.load("people", today); load["skipped"] != false || load["rows"] == 0.0 {
		t.Errorf("a statement with another answer each day: %v", load)
	}
	l.load("people", loadAs+`}`)
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
	l.want(http.StatusBadRequest, "POST", "/v1/vectors/index/people/load", loadAs+`,"allow_empty":true}`)
	l.want(http.StatusNotFound, "DELETE", "/v1/vectors/index/people/load", "")
}

// What sum() gives of whole numbers is a number, as far as 64 bits hold it; decimals are
// text with their digits, of which the load warns, however the statement begins.
func TestNumbersOfALoad(t *testing.T) {
	l := startLake(t)
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":2}`)
	const row = `SELECT 1 AS id, [1.5, 0] AS vector, sum(3) AS s, 9223372036854775808::HUGEINT AS big, 28.00::DECIMAL(9,2) AS rate, 28.00::DECIMAL(9,2)::DOUBLE AS d`
	for _, sql := range []string{row, "FROM (" + row + ")", "WITH r AS (" + row + ") SELECT * FROM r;", "-- a comment\n" + row + " -- and another"} {
		load := l.load("x", fmt.Sprintf(`{"sql":%q,"force":true}`, sql))
		warnings, _ := load["warnings"].([]any)
		if load["state"] != "succeeded" || len(warnings) != 1 || !strings.Contains(fmt.Sprint(warnings), "the numbers of rate (DECIMAL(9,2)) are text in the metadata, which a filter compares letter by letter; cast them, as rate::DOUBLE") {
			t.Fatalf("%s: %v", sql, load)
		}
		item := l.want(http.StatusOK, "GET", "/v1/vectors/index/x/items/1", "")
		if got := fmt.Sprint(item["metadata"]); got != "map[big:9223372036854775808 d:28 rate:28.00 s:3]" {
			t.Errorf("%s: %v", sql, got)
		}
		for filter, want := range map[string]float64{`{"s":{"gte":3}}`: 1, `{"big":"9223372036854775808"}`: 1, `{"rate":"28.00"}`: 1, `{"d":{"lt":30}}`: 1} {
			if doc := l.want(http.StatusOK, "POST", "/v1/vectors/index/x/count", `{"filter":`+filter+`}`); doc["count"] != want {
				t.Errorf("%s: %s matches %v", sql, filter, doc["count"])
			}
		}
		l.want(http.StatusOK, "POST", "/v1/vectors/index/x/delete", `{"ids":["1"]}`)
	}
}

// A statement that fails when rows of it have come ends the load, with its reason.
func TestAStatementThatFailsLateEndsItsLoad(t *testing.T) {
	l := startLake(t)
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":2,"metric":"l2"}`)
	load := l.load("x", `{"sql":"SELECT i AS id, [1.0, i]::FLOAT[] AS vector, CASE WHEN i = 250000 THEN 'twelve' ELSE '12' END::INTEGER AS age FROM range(300000) r(i); "}`)
	p, _ := load["problem"].(map[string]any)
	if load["state"] != "failed" || p["code"] != "sql_invalid" || !strings.Contains(fmt.Sprint(p["detail"]), "twelve") || load["retry"] != nil {
		t.Errorf("%v", load)
	}
	if load["rows"] == 0.0 {
		t.Errorf("it has failed before any row came: %v", load)
	}
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

// A statement without rows empties no index unless that is meant.
func TestALoadOfNothingEmptiesNoIndex(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=people", "id,x,y,city,hired\n1,1,0,Austin,\n2,0,1,Waco,\n")
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"people","dimension":2}`)
	const none = `{"sql":"SELECT id, [x, y]::FLOAT[] AS vector FROM people WHERE city = 'Nowhere'","delete_missing":true`
	if load := l.load("people", none+`}`); load["state"] != "succeeded" {
		t.Errorf("where nothing was to go: %v", load)
	}
	l.load("people", loadAs+`}`)
	load := l.load("people", none+`}`)
	if p, _ := load["problem"].(map[string]any); load["state"] != "failed" || p["code"] != "load_empty" || !strings.Contains(fmt.Sprint(p["detail"]), "allow_empty") {
		t.Errorf("without rows: %v", load)
	}
	if doc := l.want(http.StatusOK, "POST", "/v1/vectors/index/people/count", `{}`); doc["count"] != 2.0 {
		t.Errorf("left are %v", doc["count"])
	}
	if load := l.load("people", none+`,"allow_empty":true}`); load["state"] != "succeeded" || load["deleted"] != 2.0 {
		t.Errorf("where it is meant: %v", load)
	}
}

// Of rows with one id the last counts, whatever is between them and whatever the index
// holds, and the others are told.
func TestRowsWithOneIdAreTold(t *testing.T) {
	l := startLake(t)
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":2,"metric":"l2"}`)
	const rows, twice = 2500, 7 // more than a batch of them, some of which come again in another
	sql := fmt.Sprintf(`{"sql":"SELECT * FROM (SELECT i AS n, i AS id, [1.0, i]::FLOAT[] AS vector FROM range(%d) r(i)`+
		` UNION ALL SELECT %d + i, i, [2.0, i]::FLOAT[] FROM range(%d) r(i) UNION ALL SELECT %d, 0, [3.0, 0]::FLOAT[] UNION ALL SELECT %d, 2499, [4.0, 0]::FLOAT[]) ORDER BY n","force":true}`, rows, rows, twice, rows+twice, rows+twice+1)
	for _, want := range []map[string]float64{
		{"rows": rows + twice + 2, "added": rows, "updated": 0, "unchanged": 0, "duplicates": twice + 2},
		{"rows": rows + twice + 2, "added": 0, "updated": 0, "unchanged": rows, "duplicates": twice + 2},
	} {
		before := l.want(http.StatusOK, "GET", "/v1/vectors/index/x", "")["stats"].(map[string]any)["durable"].(map[string]any)["sequence"]
		load := l.load("x", sql)
		after := l.want(http.StatusOK, "GET", "/v1/vectors/index/x", "")["stats"].(map[string]any)["durable"].(map[string]any)["sequence"]
		if wrote := before != after; wrote == (want["added"] == 0) {
			t.Errorf("of %v, %v was written: %v, then %v", want, wrote, before, after)
		}
		for field, n := range want {
			if load[field] != n {
				t.Errorf("%s are %v, not %v", field, load[field], n)
			}
		}
		for id, first := range map[string]string{"0": "[3 0]", "1": "[2 1]", "7": "[1 7]", "2499": "[4 0]"} {
			if item := l.want(http.StatusOK, "GET", "/v1/vectors/index/x/items/"+id, ""); fmt.Sprint(item["vector"]) != first {
				t.Errorf("%s has %v, not %s", id, item["vector"], first)
			}
		}
	}
}

// A load that goes on after a restart reads the versions that it began with, however many
// datasets these are of.
func TestALoadGoesOnOverItsVersions(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data)
	l := lake{t, f.URL("gateway")}
	l.mustIngest("name=people", "id,x,y\n1,1,0\n2,0,1\n")
	tables := "people"
	for n := range 17 { // with names of over 4,000 bytes together
		name := fmt.Sprintf("%s.%s%d", strings.Repeat("n", 120), strings.Repeat("d", 120), n)
		l.want(http.StatusCreated, "POST", "/v1/catalog/views", `{"name":"`+name+`","sql":"FROM people"}`)
		tables += " UNION FROM " + name
	}
	index := l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"people","dimension":2}`)
	l.load("people", `{"sql":"SELECT id, [x, y]::FLOAT[] AS vector FROM (FROM `+tables+`)"}`)
	l.mustIngest("name=people", "id,x,y\n1,1,1\n3,1,1\n")
	l.breakOffLoad(f.URL("storaged"), fmt.Sprint(index["index_id"]))
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	l = lake{t, startFleet(t, data).URL("gateway")}
	load := l.loaded("people")
	if load["state"] != "succeeded" || load["rows"] != 2.0 || load["unchanged"] != 2.0 || !strings.Contains(fmt.Sprint(load["reads"]), "people@1") || strings.HasSuffix(fmt.Sprint(load["reads"]), "...") {
		t.Errorf("%v", load)
	}
}

// breakOffLoad makes of the load that ended last one that a restart goes on with.
func (l lake) breakOffLoad(storaged, index string) {
	l.t.Helper()
	store := storage.Client{Client: wire.Client{Service: "storaged", Base: storaged}}
	key := "vectors/" + index + "/load.json"
	body, _, err := store.Get(l.t.Context(), key, storage.Range{})
	if err != nil {
		l.t.Fatal(err)
	}
	defer body.Close()
	var load map[string]any
	if err := sealed.DecodeRecord(body, &load); err != nil || load["state"] != "succeeded" {
		l.t.Fatalf("%v, %v", load, err)
	}
	load["state"] = "running"
	record, err := sealed.EncodeRecord(load)
	if err != nil {
		l.t.Fatal(err)
	}
	if _, _, err := store.Put(l.t.Context(), key, bytes.NewReader(record), int64(len(record)), storage.Condition{}); err != nil {
		l.t.Fatal(err)
	}
}

// Dropping an index ends its load, and nothing of either is left.
func TestADropEndsALoad(t *testing.T) {
	f := startFleet(t, t.TempDir())
	l := lake{t, f.URL("gateway")}
	index := l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":2}`)
	l.want(http.StatusAccepted, "POST", "/v1/vectors/index/x/load", `{"sql":"SELECT i AS id, [1.0, i]::FLOAT[] AS vector FROM range(900000) r(i)"}`)
	l.want(http.StatusNoContent, "DELETE", "/v1/vectors/index/x", "")
	l.want(http.StatusNotFound, "GET", "/v1/vectors/index/x/load", "")
	store := storage.Client{Client: wire.Client{Service: "storaged", Base: f.URL("storaged")}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		page, err := store.List(ctx, fmt.Sprintf("vectors/%s/", index["index_id"]), "", "", 0)
		if err != nil {
			t.Fatalf("%d objects are left: %v", len(page.Objects), err)
		}
		if len(page.Objects) == 0 {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
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
func (l lake) loaded(index string) (last map[string]any) {
	l.t.Helper()
	testbed.Until(l.t, "the end of a load", func() bool {
		last = l.want(http.StatusOK, "GET", "/v1/vectors/index/"+index+"/load", "")
		return last["state"] != "running"
	})
	return last
}
