package fleet_test

import (
	"net/http"
	"testing"
)

// An erasure whose dataset is dropped after its first step does not say that nothing
// happened, and is finished by the same request once the dataset is back.
func TestAnErasureThatMeetsADropIsUnfinished(t *testing.T) {
	p := &catalogProxy{}
	l := startProxied(t, t.TempDir(), "catalogd", p, &p.catalogd, uncompacted)
	p.registers.Store(1) // the load's is let pass
	l.mustIngest("name=people", "id,name\n1,Ada\n2,Grace\n")
	_, plan := l.erase(map[string]any{"name": "people", "where": "id = 1"})
	confirmed := map[string]any{"name": "people", "where": "id = 1", "confirm": plan["confirm"]}
	p.first = func(w http.ResponseWriter, ask func(http.ResponseWriter)) {
		ask(w)
		l.send(http.MethodDelete, "/v1/catalog/datasets/people", "", "")
	}
	p.registers.Store(0)
	if status, doc := l.erase(confirmed); status != http.StatusServiceUnavailable || doc["code"] != "erase_unfinished" {
		t.Errorf("the dataset was dropped: %d %v", status, doc)
	}
	l.restoreFirst("people")
	if status, doc := l.erase(confirmed); status != http.StatusOK || doc["erased"] != true {
		t.Errorf("again: %d %v", status, doc)
	}
	if rows := l.rows("FROM people"); len(rows) != 1 {
		t.Errorf("rows: %v", rows)
	}
	if status, _ := l.send(http.MethodGet, "/v1/catalog/manifest/people?version=1", "", ""); status != http.StatusNotFound {
		t.Errorf("the version with the row: %d", status)
	}
}
