package fleet_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
)

// Small appends become few files by themselves. No row changes, retries are known
// as before, and older versions stay.
func TestSmallAppendsAreFolded(t *testing.T) {
	l := startLake(t)
	const loads = 18
	csv := func(i int) string { return fmt.Sprintf("id,n\nA%d,%d\n", i, i) }
	for i := range loads {
		l.mustIngest("name=t&mode=append", csv(i))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for len(l.objectsOf("t")) >= 8 {
		select {
		case <-ctx.Done():
			t.Fatalf("%d files after %d loads", len(l.objectsOf("t")), loads)
		case <-time.After(50 * time.Millisecond):
		}
	}
	if rows := l.rows("SELECT count(*), sum(n), count(DISTINCT id) FROM t"); rows[0] != fmt.Sprintf(`%d|"%d"|%d`, loads, loads*(loads-1)/2, loads) {
		t.Errorf("rows %v", rows)
	}
	for i := range loads {
		if status, doc := l.ingest("name=t&mode=append", csv(i)); status != http.StatusOK {
			t.Fatalf("load %d again: %d %v", i, status, doc)
		}
	}
	_, doc := l.send(http.MethodGet, "/v1/catalog/versions/t", "", "")
	folded := 0
	for _, v := range list(doc, "versions") {
		if v := v.(map[string]any); v["operation"] == "replace" {
			folded++
		}
	}
	if versions := list(doc, "versions"); folded == 0 || len(versions) != loads+folded {
		t.Errorf("%d versions, %d of them folded", len(versions), folded)
	}
	if columns := l.columnsOf("t", 2); columns != "id string, n long" {
		t.Errorf("version 2 has the columns %s", columns)
	}
}

// Where it is switched off, files stay as they came.
func TestCompactionCanBeOff(t *testing.T) {
	l := startLake(t, func(c *fleet.Config) { c.Ingestd.Compact = false })
	for i := range 9 {
		l.mustIngest("name=t&mode=append", fmt.Sprintf("id\nA%d\n", i))
	}
	if got := len(l.objectsOf("t")); got != 9 {
		t.Errorf("%d files", got)
	}
}
