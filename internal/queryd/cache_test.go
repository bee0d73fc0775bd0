package queryd

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

func TestCacheOutlivesStorage(t *testing.T) {
	l := newLake(t)
	l.staffing()
	data := t.TempDir()
	d := startOn(t, data, small(), l.peers)
	const sql = "SELECT count(*) FROM placements, hr.people"
	if got := d.sql(sql).rows(t); got != "[[15000]]" {
		t.Fatal(got)
	}
	l.down.Store(true)
	if got := d.sql(sql).rows(t); got != "[[15000]]" {
		t.Errorf("from the cache: %s", got)
	}
	a := d.sql("SELECT count(*) FROM clients")
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "storaged") {
		t.Errorf("what is not in the cache: %d %s", a.status, a.body)
	}
	l.down.Store(false)
	if got := d.sql("SELECT count(*) FROM clients").rows(t); got != "[[40]]" {
		t.Errorf("with storaged back: %s", got)
	}
	metrics := d.metrics()
	for _, want := range []string{"lakehouse_queryd_object_cache_hits_total 2", `lakehouse_queryd_statements_total{outcome="service_unavailable"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// metrics gives what /metrics says.
func (d *daemon) metrics() string {
	d.t.Helper()
	resp, err := http.Get(d.url + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

func TestCacheBound(t *testing.T) {
	l := newLake(t)
	l.staffing()
	c := small()
	c.CacheBytes = 100
	d := start(t, c, l.peers)
	p := d.sql("SELECT count(*) FROM placements").expect(t, query.ErrCacheFull)
	if !strings.Contains(p.Detail, "cache_bytes") || fmt.Sprint(p.Fields["limit"]) != "100" {
		t.Errorf("%+v", p)
	}
}
