package vectord_test

import (
	"fmt"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// The snapshots of a dropped index are reached by its name also where that has become an
// alias, beside those of the alias's index.
func TestSnapshotsBehindAnAlias(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	for name, count := range map[string]int{"old": 5, "new": 7} {
		d.mustCreate(name, vector.Shape{Dimension: 2})
		d.mustAdd(name, items(0, count, 2)...)
		for _, snapshot := range []string{"both", "of-" + name} {
			d.want(201, "", "POST", "/vectors/index/"+name+"/snapshot", `{"name":"`+snapshot+`"}`)
		}
	}
	d.want(204, "", "DELETE", "/vectors/index/old", "")
	d.want(200, "", "PUT", "/vectors/aliases/old", `{"index":"new"}`)
	listed := func(name string) map[string]bool {
		t.Helper()
		all, err := d.Snapshots(t.Context(), name)
		if err != nil {
			t.Error(err)
		}
		told := map[string]bool{}
		for i, s := range all {
			told[s.Index+"/"+s.Name] = true
			if i > 0 && s.CreatedAt.Before(all[i-1].CreatedAt) {
				t.Errorf("%s: the oldest is not first: %+v", name, all)
			}
		}
		return told
	}
	if got := fmt.Sprint(listed("old")); got != "map[new/both:true new/of-new:true old/both:true old/of-old:true]" {
		t.Errorf("of the alias: %s", got)
	}
	if got := fmt.Sprint(listed("new")); got != "map[new/both:true new/of-new:true]" {
		t.Errorf("of the index: %s", got)
	}
	d.want(400, "bad_index", "DELETE", "/vectors/index/old/snapshots/both", "")
	d.want(400, "bad_index", "POST", "/vectors/index/old/restore", `{"snapshot":"both","as":"x"}`)
	d.want(409, "index_exists", "POST", "/vectors/index/old/restore", `{"snapshot":"of-old"}`)
	d.want(200, "", "POST", "/vectors/index/old/restore", `{"snapshot":"of-old","as":"x"}`)
	d.mustAdd("new", items(7, 9, 2)...)
	d.want(200, "", "POST", "/vectors/index/old/restore", `{"snapshot":"of-new"}`)
	for name, count := range map[string]int{"x": 5, "new": 7, "old": 7} {
		if n, err := d.Count(t.Context(), name, nil); n != count || err != nil {
			t.Errorf("%s: %d items, want %d, %v", name, n, count, err)
		}
	}
	d.want(204, "", "DELETE", "/vectors/index/old/snapshots/of-old", "")
	d.want(404, "snapshot_not_found", "DELETE", "/vectors/index/old/snapshots/of-old", "")
	d.want(204, "", "DELETE", "/vectors/index/new/snapshots/both", "")
	d.want(204, "", "DELETE", "/vectors/index/old/snapshots/both", "")
	if got := fmt.Sprint(listed("old")); got != "map[new/of-new:true]" {
		t.Errorf("left are %s", got)
	}
}

// A snapshot that is asked for while another one is restored in place is of what was there
// before or of what is there then: the index has its name all the time.
func TestASnapshotWhileOneIsRestored(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", items(0, 50, 2)...)
	d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"s"}`)
	for n := range 20 {
		restored := make(chan int, 1)
		go func() {
			status, _ := d.send("POST", "/vectors/index/x/restore", `{"snapshot":"s"}`)
			restored <- status
		}()
		for m := range 3 {
			d.want(201, "", "POST", "/vectors/index/x/snapshot", fmt.Sprintf(`{"name":"at-%d-%d"}`, n, m))
		}
		if status := <-restored; status != 200 {
			t.Errorf("restored: %d", status)
		}
	}
}
