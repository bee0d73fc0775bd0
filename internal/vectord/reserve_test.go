package vectord_test

import (
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Where the disk has come to its reserve, what makes room goes on: a drop of an index, of an
// alias and of a snapshot, and an erasure. What writes is refused, a deletion of items too,
// and says what would make room.
func TestWhatMakesRoomBelowTheReserve(t *testing.T) {
	data := t.TempDir()
	t.Run("before", func(t *testing.T) {
		d := start(t, onDisk(t, data, 1))
		for _, name := range []string{"x", "y"} {
			d.mustCreate(name, vector.Shape{Dimension: 2})
			d.mustAdd(name, items(0, 20, 2)...)
			d.want(200, "", "PUT", "/vectors/aliases/a"+name, `{"index":"`+name+`"}`)
		}
		d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"s"}`)
	})
	store := onDisk(t, data, 1<<60) // no disk is as large
	d := start(t, store)
	d.want(507, "disk_reserve", "POST", "/vectors/index/x/add", `{"items":[{"id":"late","vector":[1,0]}]}`)
	doc := d.want(507, "disk_reserve", "POST", "/vectors/index/x/delete", `{"ids":["c-0001"]}`)
	for _, remedy := range []string{"makes no room", "drop an index or a snapshot", "erase"} {
		if !strings.Contains(fmt.Sprint(doc["detail"]), remedy) {
			t.Errorf("it does not name %q: %v", remedy, doc["detail"])
		}
	}
	d.want(200, "", "POST", "/vectors/index/y/erase", `{"ids":["c-0001"]}`)
	d.want(204, "", "DELETE", "/vectors/index/x/snapshots/s", "")
	d.want(204, "", "DELETE", "/vectors/aliases/ay", "")
	d.want(204, "", "DELETE", "/vectors/index/x", "")
	d.until(func() bool {
		page, err := store.List(t.Context(), "vectors/condemned/", "", "", 1)
		return err == nil && len(page.Objects) == 0
	})
	d.stop()
	d = start(t, store)
	d.want(404, "index_not_found", "GET", "/vectors/index/x", "")
	if doc := d.want(200, "", "GET", "/vectors/aliases", ""); fmt.Sprint(doc["aliases"]) != "[]" {
		t.Errorf("%v", doc)
	}
	if n, err := d.Count(t.Context(), "y", nil); n != 19 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
}

// onDisk starts storaged on a folder, keeping so many bytes of its disk.
func onDisk(t *testing.T, data string, reserve int64) *storage.Client {
	t.Helper()
	env := testbed.NewEnv(t, "storaged")
	env.Fleet.Data = data
	c := storaged.Defaults()
	c.ReserveBytes = reserve
	return testbed.StartStoragedWith(t, env, c)
}
