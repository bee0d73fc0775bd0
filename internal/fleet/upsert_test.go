package fleet_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// objectsOf gives the keys of the objects of a dataset's version.
func (l lake) objectsOf(name string) (keys []string) {
	l.t.Helper()
	_, doc := l.send(http.MethodGet, "/v1/catalog/manifest/"+name, "", "")
	for _, o := range list(doc, "objects") {
		keys = append(keys, o.(map[string]any)["key"].(string))
	}
	return keys
}

// An upsert's rows take the place of those with the same key, the last of the file
// wins, files without such rows stay as they are, and the version before too.
func TestUpsertReplacesRowsByKey(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,week,hours\nA,1,10\nB,1,20\n")
	l.mustIngest("name=t&mode=append", "id,week,hours\nA,2,30\nC,2,40\n")
	l.mustIngest("name=t&mode=append", "id,week,hours\nD,3,50\n")
	before := l.objectsOf("t")
	got := l.mustIngest("name=t&mode=upsert&key=ID,week", "week,id,hours\n2,A,31\n4,E,60\n2,A,32\n2,C,\n")
	for field, want := range map[string]any{"version": 4.0, "rows": 3.0, "updated": 2.0, "inserted": 1.0, "duplicates": 1.0, "rejected": 0.0, "unchanged": false} {
		if got[field] != want {
			t.Errorf("%s is %v, want %v", field, got[field], want)
		}
	}
	if status, doc := l.ingest("name=t&mode=upsert&key=week,id", "week,id,hours\n2,A,31\n4,E,60\n2,A,32\n2,C,\n"); status != http.StatusOK || doc["updated"] != 2.0 {
		t.Errorf("again, the key written otherwise: %d %v", status, doc)
	}
	want := []string{`"A"|1|10`, `"A"|2|32`, `"B"|1|20`, `"C"|2|null`, `"D"|3|50`, `"E"|4|60`}
	if rows := l.rows("SELECT * FROM t ORDER BY id, week"); !reflect.DeepEqual(rows, want) {
		t.Errorf("rows %v, want %v", rows, want)
	}
	after := l.objectsOf("t")
	if !slices.Contains(after, before[0]) || slices.Contains(after, before[1]) || !slices.Contains(after, before[2]) {
		t.Errorf("of the files %v there are %v", before, after)
	}
	if rows := l.versionsOf("t"); !reflect.DeepEqual(rows, []float64{6, 5, 4, 2}) {
		t.Errorf("rows of the versions %v", rows)
	}
}

// What an upsert cannot take is refused with its reason, and changes nothing.
func TestUpsertRefuses(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,n\nA,1\n")
	for _, c := range []struct {
		params, csv string
		status      int
		code, word  string
	}{
		{"mode=upsert", "id,n\nA,2\n", http.StatusBadRequest, "bad_option", "key="},
		{"mode=append&key=id", "id,n\nA,2\n", http.StatusBadRequest, "bad_option", "mode=upsert"},
		{"mode=upsert&key=id,id", "id,n\nA,2\n", http.StatusBadRequest, "bad_option", "twice"},
		{"mode=upsert&key=badge", "id,n\nA,2\n", http.StatusUnprocessableEntity, "bad_key", "badge"},
		{"mode=upsert&key=id", "id,n\nA,2\n,3\n", http.StatusUnprocessableEntity, "bad_rows", "line 3"},
		{"mode=upsert&key=id", `[{"id":"A","n":2},{"n":3}]`, http.StatusUnprocessableEntity, "bad_rows", "line 1"},
		{"mode=upsert&key=id", "id,m\nA,2\n", http.StatusConflict, "schema_drift", "columns"},
	} {
		status, doc := l.ingest("name=t&"+c.params, c.csv)
		if status != c.status || doc["code"] != c.code || !strings.Contains(fmt.Sprint(doc["detail"]), c.word) {
			t.Errorf("%s: %d %v", c.params, status, doc)
		}
	}
	got := l.mustIngest("name=t&mode=upsert&key=id&on_error=quarantine", "id,n\nA,2\n,3\nB,x\n\"\",4\n")
	if got["rejected"] != 2.0 || got["updated"] != 1.0 || got["inserted"] != 1.0 {
		t.Errorf("with a quarantine: %v", got)
	}
	if rows := l.rows("SELECT * FROM t ORDER BY id"); !reflect.DeepEqual(rows, []string{`""|4`, `"A"|2`}) {
		t.Errorf("rows %v", rows)
	}
	got = l.mustIngest("name=t&mode=upsert&key=id&on_error=quarantine", "{\"id\":\"A\",\"n\":3}\n{\"id\":null}\n{\"n\":3}\n")
	if got["rejected"] != 2.0 || got["updated"] != 1.0 {
		t.Errorf("JSON with a quarantine: %v", got)
	}
	if rows := l.rows("SELECT line, column_name, raw FROM t__quarantine ORDER BY line, raw"); !reflect.DeepEqual(rows, []string{`2|"id"|"{\"id\":null}"`, `3|"id"|",3"`, `3|"id"|"{\"n\":3}"`, `4|"n"|"B,x"`}) {
		t.Errorf("quarantine %v", rows)
	}
}

// The same upsert again changes nothing, unless another one came in between: then
// its rows are wanted back. A name that is free becomes a dataset, and no column's
// name is in the way.
func TestUpsertAgain(t *testing.T) {
	l := startLake(t)
	const a, b = "file_index,o,f,k0\n1,a,1,2\n2,a,1,2\n2,b,1,2\n", "file_index,o,f,k0\n1,z,1,2\n"
	for _, step := range []struct {
		what, params, csv string
		status            int
		rows              string
	}{
		{"a free name", "mode=upsert&key=file_index", a, http.StatusCreated, "a b"},
		{"again", "mode=upsert&key=file_index", a, http.StatusOK, "a b"},
		{"by another key", "mode=upsert&key=file_index,o", b, http.StatusCreated, "a b z"},
		{"other rows", "mode=upsert&key=file_index", b, http.StatusCreated, "b z"},
		{"the first again", "mode=upsert&key=file_index", a, http.StatusCreated, "a b"},
		{"appended", "mode=append", a, http.StatusOK, "a b"},
		{"nothing", "mode=upsert&key=file_index", "file_index,o,f,k0\n", http.StatusCreated, "a b"},
		{"in its place", "mode=replace", a, http.StatusCreated, "a a b"},
	} {
		status, doc := l.ingest("name=t&"+step.params, step.csv)
		got := strings.ReplaceAll(strings.Join(l.rows("SELECT o FROM t ORDER BY o"), " "), `"`, "")
		if status != step.status || got != step.rows {
			t.Errorf("%s: %d %v, rows %s, want %d and %s", step.what, status, doc, got, step.status, step.rows)
		}
	}
}

// Upserts and appends that run together take effect as if one came after the other.
func TestUpsertsBesideOtherWriters(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,n\nA,0\nB,0\n")
	var group sync.WaitGroup
	const each = 3
	for writer := range 2 {
		group.Go(func() {
			for i := range each {
				l.mustIngest("name=t&mode=upsert&key=id", fmt.Sprintf("id,n\nA,%d\nU%d%d,1\n", writer*each+i+1, writer, i))
			}
		})
	}
	group.Go(func() {
		for i := range 2 * each {
			l.mustIngest("name=t&mode=append", fmt.Sprintf("id,n\nX%d,1\n", i))
		}
	})
	group.Wait()
	if rows := l.rows("SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE id = 'A'), count(*) FILTER (WHERE id LIKE 'X%') FROM t"); rows[0] != "14|14|1|6" {
		t.Errorf("rows, keys, of A, appended: %s", rows[0])
	}
}
