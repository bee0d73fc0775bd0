package fleet_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
)

// Tiny appends of many writers become few files by themselves, which is what a
// statement then reads. No row changes, retries are known as before, and older versions
// stay.
func TestTinyAppendsAreFolded(t *testing.T) {
	const (
		writers = 8
		each    = 6 // loads of a writer, of 1 to 10 rows
		rows    = writers * (1 + 3 + 5 + 7 + 9 + 1)
		sum     = writers * (0*1 + 1*3 + 2*5 + 3*7 + 4*9 + 5*1) // of n
	)
	l := startLake(t)
	csv := func(writer, i int) string {
		text := "id,n\n"
		for n := range 1 + 2*i%10 {
			text += fmt.Sprintf("W%d-%d-%d,%d\n", writer, i, n, i)
		}
		return text
	}
	sendAll := func(loads, want int) {
		var group sync.WaitGroup
		for writer := range writers {
			group.Go(func() {
				for i := range loads {
					if status, doc := l.ingest("name=t&mode=append", csv(writer, i)); status != want {
						t.Errorf("load %d of writer %d: %d %v", i, writer, status, doc)
						return
					}
				}
			})
		}
		group.Wait()
	}
	sendAll(each, http.StatusCreated)
	l.foldedTo("t", 8)
	want := fmt.Sprintf(`%d|"%d"|%d`, rows, sum, rows)
	if got := l.rows("SELECT count(*), sum(n), count(DISTINCT id) FROM t"); got[0] != want {
		t.Errorf("rows %v, want %s", got, want)
	}
	sendAll(each, http.StatusOK) // again
	_, doc := l.send(http.MethodGet, "/v1/catalog/versions/t?limit=1000", "", "")
	folded, appended := 0, 0.0
	for _, v := range list(doc, "versions") {
		switch v := v.(map[string]any); v["operation"] {
		case "replace":
			folded++
		default:
			appended += v["added_rows"].(float64)
		}
	}
	if folded == 0 || appended != rows {
		t.Errorf("%d versions were folded, and the others added %v rows, want %d", folded, appended, rows)
	}
	if columns := l.columnsOf("t", 2); columns != "id string, n long" {
		t.Errorf("version 2 has the columns %s", columns)
	}
}

// foldedTo waits until a dataset has fewer files.
func (l lake) foldedTo(name string, files int) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 2*time.Minute)
	defer cancel()
	for len(l.objectsOf(name)) >= files {
		select {
		case <-ctx.Done():
			l.t.Fatalf("%s has %d files, and is to have fewer than %d", name, len(l.objectsOf(name)), files)
		case <-time.After(50 * time.Millisecond):
		}
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
