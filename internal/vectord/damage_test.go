package vectord_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// What an index lost is told by its stats and by /ready, also after restarts, until
// somebody acknowledges it.
func TestDamageIsToldUntilItIsAcknowledged(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.mustCreate("x", vector.Shape{Dimension: 8})
	d.mustAdd("x", items(0, 10, 8)...)
	d.mustAdd("x", items(10, 20, 8)...)
	made, err := d.Get(t.Context(), "x", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.stop()
	buckets, err := store.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := fmt.Sprintf("vectors/%s/log/%020d", made.ID, 2)
	if err := os.Truncate(storage.LocalPath(buckets[0].Root, key), 10); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		d = start(t, store)
		found, err := d.Get(t.Context(), "x", 0)
		if err != nil || found.Count != 10 || len(found.Stats.Durable.Damage) != 1 {
			t.Fatalf("start %d: %+v, %+v, %v", n, found, found.Stats, err)
		}
		if one := found.Stats.Durable.Damage[0]; one.Object != key || one.At.IsZero() || !strings.Contains(one.Detail, "lost") {
			t.Errorf("start %d: %+v", n, one)
		}
		if doc := d.want(200, "", "GET", "/ready", ""); !strings.Contains(fmt.Sprint(doc["notes"]), "the index x has damage that nobody acknowledged") {
			t.Errorf("start %d: %v", n, doc)
		}
		d.until(func() bool { // it is mended
			now, err := d.Get(t.Context(), "x", 0)
			return err == nil && len(now.Stats.Durable.Generations) == 2
		})
		if n < 2 {
			d.stop()
		}
	}
	d.want(204, "", "DELETE", "/vectors/index/x/damage", "")
	d.want(204, "", "DELETE", "/vectors/index/x/damage", "")
	no := false
	d.mustCreate("brief", vector.Shape{Dimension: 8, Persist: &no})
	d.want(409, "index_not_persisted", "DELETE", "/vectors/index/brief/damage", "")
	d.want(404, "index_not_found", "DELETE", "/vectors/index/nobody/damage", "")
	d.stop()
	d = start(t, store)
	if found, err := d.Get(t.Context(), "x", 0); err != nil || len(found.Stats.Durable.Damage) != 0 {
		t.Errorf("acknowledged: %+v, %v", found.Stats, err)
	}
	if doc := d.want(200, "", "GET", "/ready", ""); doc["notes"] != nil {
		t.Errorf("%v", doc)
	}
}
