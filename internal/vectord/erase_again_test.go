package vectord_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// An erasure that is broken off when its items are gone already can be asked for again,
// also after a restart, which knows nothing of a field that no item has; and once more where
// it was its answer that was lost. Any other filter that names an unknown field is refused.
func TestAnErasureIsAskedForAgain(t *testing.T) {
	store := testbed.StartStoraged(t)
	flawed, faults := testbed.Behind(t, store)
	d := start(t, flawed)
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", append(items(0, 5, 2), vector.Item{ID: "secret-4711", Vector: vector.Vector{1, 0}, Metadata: json.RawMessage(`{"person":"secret-4711"}`)})...)
	const again = `{"filter":{"or":[{"person":"secret-4711"},{"n":3}]}}`
	heads := atomic.Int64{}
	faults.Set(func(r *http.Request) testbed.Fault {
		_, generation, ok := strings.Cut(r.URL.Path, "/generations/")
		switch {
		case !ok || r.Method != http.MethodPut:
			return testbed.None
		case !strings.Contains(generation, ".") && heads.Add(1) == 1: // one is whole then
			return testbed.None
		case heads.Load() == 0:
			return testbed.None
		}
		return testbed.Reset
	})
	if status, doc := d.send("POST", "/vectors/index/x/erase", again); status == 200 {
		t.Errorf("it was not broken off: %v", doc)
	}
	faults.Set(nil)
	d.stop()
	d = start(t, store)
	d.mustAdd("x", item(3, 2)) // what it is about may have come again
	for _, other := range []string{`{"filter":{"person":"secret-4711"}}`, `{"filter":{"or":[{"person":"another"},{"n":3}]}}`} {
		d.want(400, "bad_filter", "POST", "/vectors/index/x/erase", other)
	}
	for i, want := range []float64{1, 0, 0} {
		if doc := d.want(200, "", "POST", "/vectors/index/x/erase", again); doc["erased"] != want {
			t.Errorf("time %d: %v", i, doc)
		}
		if keys := holdsSecret(t, store); len(keys) > 0 {
			t.Errorf("time %d: %v hold it", i, keys)
		}
		d.stop()
		d = start(t, store)
	}
	d.want(200, "", "POST", "/vectors/index/x/count", `{"filter":{"n":2}}`)
	d.want(400, "bad_filter", "POST", "/vectors/index/x/erase", `{"filter":{"persn":1}}`)
	d.want(204, "", "DELETE", "/vectors/index/x", "")
}
