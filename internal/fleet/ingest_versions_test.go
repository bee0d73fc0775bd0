package fleet_test

import (
	"net/http"
	"reflect"
	"testing"
)

// versionsOf gives the rows of the versions that are kept, newest first.
func (l lake) versionsOf(name string) []float64 {
	l.t.Helper()
	status, doc := l.send(http.MethodGet, "/v1/catalog/versions/"+name, "", "")
	if status != http.StatusOK {
		l.t.Fatalf("%d %v", status, doc)
	}
	var rows []float64
	for _, v := range list(doc, "versions") {
		rows = append(rows, v.(map[string]any)["rows"].(float64))
	}
	return rows
}

// Replace makes the file the version's whole content, append adds to it, and
// the versions before stay as they were.
func TestReplaceAndAppendKeepTheVersionsBefore(t *testing.T) {
	l := startLake(t)
	first := l.mustIngest("name=t", "id,n\nA,1\nB,2\nC,3\n")
	l.mustIngest("name=t&mode=replace", "id,n\nD,4\n")
	l.mustIngest("name=t&mode=append", "id,n\nE,5\nF,6\n")
	last := l.mustIngest("name=t&schema=replace", "id,m\nG,x\n")
	if first["dataset_id"] != last["dataset_id"] || first["fingerprint"] == last["fingerprint"] || last["version"] != 4.0 {
		t.Errorf("schema=replace: %v after %v", last, first)
	}
	if got, want := l.versionsOf("t"), []float64{1, 3, 1, 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("rows of the versions %v, want %v", got, want)
	}
	if got := l.rows("SELECT id, m FROM t"); !reflect.DeepEqual(got, []string{`"G"|"x"`}) {
		t.Errorf("rows %v", got)
	}
	if got := l.mustIngest("name=fresh&mode=create", "id\nA\n"); got["version"] != 1.0 {
		t.Errorf("create: %v", got)
	}
}

// Content is known again only where the current version has it: for a replace
// all of the version, for an append a part of it.
func TestWhatCountsAsTheSameContent(t *testing.T) {
	l := startLake(t)
	const a, b = "id\nA\n", "id\nB\n"
	for _, step := range []struct {
		what, params, csv string
		status            int
		version           float64
	}{
		{"a", "name=t", a, http.StatusCreated, 1},
		{"b appended", "name=t&mode=append", b, http.StatusCreated, 2},
		{"a is a part", "name=t&mode=append", a, http.StatusOK, 2},
		{"b is a part", "name=t&mode=append", b, http.StatusOK, 2},
		{"a is not all", "name=t", a, http.StatusCreated, 3},
		{"b is gone", "name=t&mode=append", b, http.StatusCreated, 4},
		{"b alone", "name=t", b, http.StatusCreated, 5},
		{"a is gone", "name=t", a, http.StatusCreated, 6},
		{"read in another way", "name=t&delimiter=semicolon", a, http.StatusCreated, 7},
		{"another dataset", "name=u", a, http.StatusCreated, 1},
	} {
		status, doc := l.ingest(step.params, step.csv)
		if status != step.status || doc["version"] != step.version || doc["unchanged"] != (status == http.StatusOK) {
			t.Errorf("%s: %d %v, want %d and version %v", step.what, status, doc, step.status, step.version)
		}
	}
	if got, want := l.versionsOf("t"), []float64{1, 1, 1, 2, 1, 2, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("rows of the versions %v, want %v", got, want)
	}
}

// An Idempotency-Key gives its first answer also when others have replaced what
// it loaded, and loads nothing again.
func TestAKeyOutlivesItsContent(t *testing.T) {
	l := startLake(t)
	const csv = "id\nA\n"
	send := func(params, csv string) (int, map[string]any) {
		return l.sendWith(http.Header{"Content-Type": {"text/csv"}, "Idempotency-Key": {"k1"}}, http.MethodPost, "/v1/ingest?name=t"+params, csv)
	}
	status, first := send("", csv)
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, first)
	}
	l.mustIngest("name=t&schema=replace", "id,n\nB,1\nC,2\n")
	status, again := send("", csv)
	if status != http.StatusOK || again["version"] != 1.0 || again["fingerprint"] != first["fingerprint"] || !reflect.DeepEqual(again["columns"], first["columns"]) {
		t.Errorf("%d %v, was %v", status, again, first)
	}
	if got := l.versionsOf("t"); !reflect.DeepEqual(got, []float64{2, 1}) {
		t.Errorf("rows of the versions %v", got)
	}
	if status, doc := send("&on_error=quarantine", csv); status != http.StatusUnprocessableEntity || doc["code"] != "idempotency_key_reused" {
		t.Errorf("the same bytes, to be read in another way: %d %v", status, doc)
	}
}

// Of two writers the second finds a changed dataset, and its file is held
// against the new schema: it fits, or it is drift. Nobody's rows are lost, and
// what was converted in vain does not stay in storage.
func TestTwoWriters(t *testing.T) {
	l := startLake(t)
	const fits, drifts = http.StatusCreated, http.StatusConflict
	objects := 0
	for _, c := range []struct {
		name, before, params, slow, rest string
		otherParams, other               string
		status                           int
		code                             string
		rows                             []string // after both
	}{
		{"fits_the_new_one", "", "mode=append", "id,n\n", "B,2\n", "", "id,n\nA,1.50\n", fits, "", []string{`"A"|"1.50"`, `"B"|"2.00"`}},
		{"meets_other_columns", "", "mode=append", "id,n\n", "B,2\n", "", "id,m\nA,1\n", drifts, "schema_drift", []string{`"A"|1`}},
		{"meets_text", "id,n\nZ,26\n", "mode=append", "id,n\n", "B,2\n", "schema=replace", "id,n\nA,x\n", fits, "", []string{`"A"|"x"`, `"B"|"2"`}},
		{"meets_numbers", "id,n\nZ,z\n", "mode=append", "id,n\n", "B,x\n", "schema=replace", "id,n\nA,1\n", drifts, "schema_drift", []string{`"A"|1`}},
		{"both_append", "id,n\nA,1\n", "mode=append", "id,n\n", "C,3\n", "mode=append", "id,n\nB,2\n", fits, "", []string{`"A"|1`, `"B"|2`, `"C"|3`}},
		{"both_replace", "id,n\nA,1\n", "mode=replace", "id,n\n", "C,3\n", "mode=replace", "id,n\nB,2\n", fits, "", []string{`"C"|3`}},
		{"both_create", "", "mode=create", "id,n\n", "B,2\n", "mode=create", "id,n\nA,1\n", drifts, "dataset_exists", []string{`"A"|1`}},
	} {
		if c.before != "" {
			l.mustIngest("name="+c.name, c.before)
			objects++
		}
		u := l.beginUpload("name="+c.name+"&"+c.params, c.slow)
		other := l.mustIngest("name="+c.name+"&"+c.otherParams, c.other)
		objects++
		status, doc := u.end(c.rest)
		if status != c.status || status == drifts && doc["code"] != c.code {
			t.Errorf("%s: %d %v", c.name, status, doc)
		}
		if status == fits {
			objects++
			if doc["version"] != other["version"].(float64)+1 || doc["dataset_id"] != other["dataset_id"] {
				t.Errorf("%s: %v after %v", c.name, doc, other)
			}
		}
		if got := l.rows("SELECT * FROM " + c.name + " ORDER BY 1"); !reflect.DeepEqual(got, c.rows) {
			t.Errorf("%s: rows %v, want %v", c.name, got, c.rows)
		}
		if got := len(l.dataObjects()); got != objects {
			t.Errorf("%s: %d data objects of %d versions with rows", c.name, got, objects)
			objects = got
		}
	}
}
