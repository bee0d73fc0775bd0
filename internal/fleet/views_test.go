package fleet_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestViewsThroughTheGateway: a view is made, asked, replaced, looked at and dropped
// under /v1, with queryd binding and catalogd keeping, and no file is loaded over it.
func TestViewsThroughTheGateway(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=placements", "id,state,rate\nP1,MA,31.50\nP2,TX,28.00\nP3,TX,44.25\n")
	const views = "/v1/catalog/views"
	post := func(body string, want int) map[string]any {
		t.Helper()
		status, doc := l.send(http.MethodPost, views, "application/x-www-form-urlencoded", body) // as curl -d sends it
		if status != want {
			t.Fatalf("%s: %d %v", body, status, doc)
		}
		return doc
	}
	doc := post(`{"name":"hr.texas","sql":"select id, rate from placements where state = 'TX'","description":"who works there"}`, http.StatusCreated)
	if fmt.Sprint(doc["columns"]) != "[map[field_id:1 name:id nullable:true type:string] map[field_id:2 name:rate nullable:true type:decimal(18,2)]]" ||
		fmt.Sprint(doc["reads"]) != "[map[kind:dataset name:placements]]" || doc["version"] != 1.0 || doc["namespace"] != "hr" {
		t.Errorf("made: %v", doc)
	}
	if got := l.rows("select sum(rate) from hr.texas"); !slices.Equal(got, []string{`"72.25"`}) {
		t.Errorf("asked: %v", got)
	}
	post(`{"name":"hr.texas","sql":"select 1 as n"}`, http.StatusConflict)
	post(`{"name":"hr.texas","sql":"select count(*) as n from placements","mode":"replace"}`, http.StatusCreated)
	if got := l.rows("from hr.texas"); !slices.Equal(got, []string{"3"}) {
		t.Errorf("replaced: %v", got)
	}
	for path, want := range map[string]string{
		views:                         "name:texas",
		views + "/hr.texas":           "sql:select count(*) as n from placements",
		views + "/hr.texas?version=1": "sql:select id, rate from placements",
		views + "/hr.texas/versions":  "version:1",
	} {
		if status, doc := l.send(http.MethodGet, path, "", ""); status != http.StatusOK || !strings.Contains(fmt.Sprint(doc), want) {
			t.Errorf("%s: %d %v", path, status, doc)
		}
	}
	for _, mode := range []string{"replace", "append", "create"} {
		if status, doc := l.ingest("name=hr.texas&mode="+mode, "id\n1\n"); status != http.StatusConflict || doc["code"] != "view_exists" {
			t.Errorf("a file over a view, %s: %d %v", mode, status, doc)
		}
	}
	post(`{"name":"placements","sql":"select 1 as n","mode":"replace"}`, http.StatusConflict)
	if status, doc := l.send(http.MethodPut, views, "", "{}"); status != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d %v", status, doc)
	}
	if status, doc := l.send(http.MethodDelete, views+"/hr.texas", "", ""); status != http.StatusOK {
		t.Errorf("dropped: %d %v", status, doc)
	}
	if status, doc := l.send(http.MethodPost, views+"/hr.texas/restore", "", ""); status != http.StatusOK || doc["version"] != 2.0 {
		t.Errorf("restored: %d %v", status, doc)
	}
}
