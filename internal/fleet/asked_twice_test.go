package fleet_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
)

// The answer to a registration may be lost, and whoever stands between may ask again
// when it is too late: the dataset was dropped, or the name is taken by what the first
// asking made. The refusal of the second is no reason to remove what the first one's
// version has.
func TestARefusedRepetitionTakesNothingAway(t *testing.T) {
	var between atomic.Pointer[func()] // the two askings; nil: once is enough
	p := &catalogProxy{first: func(w http.ResponseWriter, ask func(http.ResponseWriter)) {
		if f := between.Load(); f != nil {
			ask(httptest.NewRecorder())
			(*f)()
		}
		ask(w)
	}}
	l := startBehind(t, p)
	drop := func(name string) { l.send(http.MethodDelete, "/v1/catalog/datasets/"+name, "", "") }
	for _, c := range []struct {
		name, params, csv string
		before            string // what is there
		dropped           string // between the two; "": nothing
		rows              []string
	}{
		{"new", "", "id,n\nA,1\n", "", "new", []string{`"A"|1`}},
		{"more", "&mode=append", "id,n\nB,2\n", "id,n\nA,1\n", "more", []string{`"A"|1`, `"B"|2`}},
		{"other", "&mode=upsert&key=id", "id,n\nA,3\n", "id,n\nA,1\nB,2\n", "other", []string{`"A"|3`, `"B"|2`}},
		{"wider", "&mode=append&schema=evolve", "id,n\nB,2.5\n", "id,n\nA,1\n", "wider", []string{`"A"|"1.00"`, `"B"|"2.50"`}},
		{"made", "&mode=create", "id,n\nA,1\n", "", "", []string{`"A"|1`}},
		{"bad", "&mode=append&on_error=quarantine", "id,n\nB,2\nC,x\n", "id,n\nA,1\nD,4\n", "bad__quarantine", []string{`"A"|1`, `"B"|2`, `"D"|4`}},
	} {
		if c.before != "" {
			l.mustIngest("name="+c.name, c.before)
		}
		f := func() {
			if c.dropped != "" {
				drop(c.dropped)
			}
		}
		between.Store(&f)
		p.registers.Store(0)
		l.ingest("name="+c.name+c.params, c.csv)
		between.Store(nil)
		if c.dropped != "" {
			drop(c.dropped) // what may have come of the second asking
			l.restoreFirst(c.dropped)
		}
		if rows := l.rows("FROM " + c.name + " ORDER BY id"); !slices.Equal(rows, c.rows) {
			t.Errorf("%s: rows %v, want %v", c.name, rows, c.rows)
		}
	}
	if rows := l.rows("SELECT raw FROM bad__quarantine"); !slices.Equal(rows, []string{`"C,x"`}) {
		t.Errorf("bad rows %v", rows)
	}
}

// restoreFirst brings back the dataset of a name that was dropped first.
func (l lake) restoreFirst(name string) {
	l.t.Helper()
	_, doc := l.send(http.MethodGet, "/v1/catalog/dropped", "", "")
	for _, d := range list(doc, "datasets") {
		d := d.(map[string]any)
		if d["name"] != name {
			continue
		}
		if status, doc := l.send(http.MethodPost, "/v1/catalog/restore/"+name+"?dataset_id="+d["dataset_id"].(string), "", ""); status != http.StatusOK {
			l.t.Errorf("restore %s: %d %v", name, status, doc)
		}
		return
	}
	l.t.Errorf("%s was not dropped", name)
}
