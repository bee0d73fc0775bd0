package vectord_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// An erasure is answered when nothing is left in storage of what no name leads to, however
// long storaged takes to remove what broke off before a start, or an index that was replaced.
func TestAnErasureWaitsForWhatIsRemoved(t *testing.T) {
	const stray = "0d7a3c62-5e51-4a3f-9d54-0b1f4be2a6c1"
	for what, makes := range map[string]func(d *daemon, files bucket) (of string){
		"of a start": func(d *daemon, files bucket) string {
			d.stop()
			files.put("vectors/"+stray+"/generations/0", []byte("c-0001"))
			files.put("vectors/condemned/"+stray, []byte("{}"))
			return stray
		},
		"of a restoration": func(d *daemon, _ bucket) string {
			x, err := d.Get(t.Context(), "x", 0)
			if err != nil {
				t.Fatal(err)
			}
			return x.ID
		},
	} {
		t.Run(what, func(t *testing.T) {
			store := testbed.StartStoraged(t)
			slow, faults := testbed.Behind(t, store)
			d, files := start(t, slow), filesOf(t, store)
			d.mustCreate("x", vector.Shape{Dimension: 2})
			d.mustAdd("x", items(0, 5, 2)...)
			d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"s"}`)
			of := makes(d, files)
			waits, once := make(chan struct{}), sync.Once{}
			faults.Set(func(r *http.Request) testbed.Fault {
				if r.Method != http.MethodDelete || !strings.Contains(r.URL.Path, "/vectors/"+of+"/") {
					return testbed.None
				}
				once.Do(func() { close(waits) })
				return testbed.Busy
			})
			if of == stray {
				d = start(t, slow)
			} else {
				d.want(200, "", "POST", "/vectors/index/x/restore", `{"snapshot":"s"}`)
			}
			<-waits
			erased := make(chan []string, 1)
			go func() {
				d.want(200, "", "POST", "/vectors/index/x/erase", `{"ids":["c-0001"],"snapshots":["s"]}`)
				erased <- files.keys("vectors/" + of + "/")
			}()
			d.want(200, "", "POST", "/vectors/index/x/search", `{"vector":[1,0]}`)
			faults.Set(nil)
			if left := <-erased; len(left) > 0 {
				t.Errorf("it was answered, and there is %v", left)
			}
			d.stop()
		})
	}
}
