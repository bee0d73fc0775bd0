package fleet_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
)

// cutter stands between ingestd and catalogd, and cuts off after some of the calls
// that change something: those were done, and whoever made them never learns it.
type cutter struct {
	catalogd atomic.Pointer[url.URL]
	left     atomic.Int32 // before the cut
	cut      atomic.Bool
}

func (c *cutter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := c.catalogd.Load()
	if target == nil || c.cut.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	if r.Method == http.MethodPost && c.left.Add(-1) == 0 {
		forward.ServeHTTP(httptest.NewRecorder(), r)
		c.cut.Store(true)
		panic(http.ErrAbortHandler)
	}
	forward.ServeHTTP(w, r)
}

// Whatever step of an erasure is its last, the same request completes it.
func TestAnErasureThatWasCutOffIsCompleted(t *testing.T) {
	c, data := &cutter{}, t.TempDir()
	l := startProxied(t, data, "catalogd", c, &c.catalogd, uncompacted)
	for step := int32(1); step <= 4; step++ {
		name := "staff" + strconv.Itoa(int(step))
		l.mustIngest("name="+name, "id,name,hours\nA,Ada,1\nD,Dan,4\n")
		l.mustIngest("name="+name+"&mode=append&on_error=quarantine", "id,name,hours\nE,Eve,1\nP,"+person+",2\nP2,"+person+",x\n")
		fields := map[string]any{"name": name, "where": "name = '" + person + "'"}
		_, plan := l.erase(fields)
		fields["confirm"] = plan["confirm"]
		c.left.Store(step)
		status, doc := l.erase(fields)
		if cut := c.cut.Swap(false); !cut || status == http.StatusOK {
			t.Fatalf("after step %d: cut %t, %d %v", step, cut, status, doc)
		}
		c.left.Store(0)
		if status, doc := l.erase(fields); status != http.StatusOK || doc["erased"] != true || doc["rows"] != 1.0 {
			t.Errorf("after step %d: %d %v", step, status, doc)
		}
		if found := traces(t, data); len(found) > 0 {
			t.Fatalf("after step %d the person is in %v", step, found)
		}
		if rows := l.rows("SELECT id FROM " + name + " ORDER BY id"); !slices.Equal(rows, []string{`"A"`, `"D"`, `"E"`}) {
			t.Errorf("after step %d: rows %v", step, rows)
		}
	}
}
