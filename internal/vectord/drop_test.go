package vectord_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A drop that waits for storaged hinders no search, and no other index: it is told that it
// is dropped when it is, and takes no changes until then.
func TestADropThatWaitsHindersNoSearch(t *testing.T) {
	store := testbed.StartStoraged(t)
	slow, faults := testbed.Behind(t, store)
	for step, word := range map[string]string{"before it is condemned": "/condemned/", "before its name is removed": "/names/x.json"} {
		t.Run(step, func(t *testing.T) {
			d := start(t, slow)
			for _, name := range []string{"x", "y"} {
				d.mustCreate(name, vector.Shape{Dimension: 2})
				d.mustAdd(name, items(0, 5, 2)...)
			}
			d.want(200, "", "PUT", "/vectors/aliases/ax", `{"index":"x"}`)
			waits, once := make(chan struct{}), sync.Once{}
			faults.Set(func(r *http.Request) testbed.Fault {
				if !strings.Contains(r.URL.Path, word) {
					return testbed.None
				}
				once.Do(func() { close(waits) })
				return testbed.Busy
			})
			dropped := make(chan int, 1)
			go func() {
				status, _ := d.send("DELETE", "/vectors/index/x", "")
				dropped <- status
			}()
			<-waits
			for _, name := range []string{"x", "y", "ax"} {
				if doc := d.want(200, "", "POST", "/vectors/index/"+name+"/search", `{"vector":[1,0]}`); len(doc["results"].([]any)) != 5 {
					t.Errorf("%s: %v", name, doc)
				}
			}
			d.want(503, "index_loading", "POST", "/vectors/index/x/add", `{"items":[{"id":"late","vector":[1,0]}]}`)
			d.want(200, "", "POST", "/vectors/index/y/add", `{"items":[{"id":"late","vector":[1,0]}]}`)
			faults.Set(nil)
			if status := <-dropped; status != 204 {
				t.Errorf("dropped: %d", status)
			}
			for _, name := range []string{"x", "ax"} {
				d.want(404, "index_not_found", "POST", "/vectors/index/"+name+"/search", `{"vector":[1,0]}`)
			}
			d.want(204, "", "DELETE", "/vectors/index/y", "")
			d.stop()
		})
	}
}
