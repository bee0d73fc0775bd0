package vectord_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// While an index cannot be written as a whole, /ready says so and why, though it serves.
func TestAnIndexThatCannotBeWritten(t *testing.T) {
	store := testbed.StartStoraged(t)
	flawed, faults := testbed.Behind(t, store)
	d := start(t, flawed)
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", items(0, 5, 2)...)
	notes := func() string { return fmt.Sprint(d.want(200, "", "GET", "/ready", "")["notes"]) }
	if got := notes(); got != "<nil>" {
		t.Errorf("%s", got)
	}
	faults.Set(func(r *http.Request) testbed.Fault {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/generations/") {
			return testbed.Busy
		}
		return testbed.None
	})
	d.want(503, "service_unavailable", "POST", "/vectors/index/x/erase", `{"ids":["c-0001"]}`)
	if got := notes(); !strings.Contains(got, "the index x cannot be written as a whole") || !strings.Contains(got, "storaged") {
		t.Errorf("%s", got)
	}
	faults.Set(nil)
	d.want(200, "", "POST", "/vectors/index/x/erase", `{"ids":["c-0001"]}`)
	if got := notes(); got != "<nil>" {
		t.Errorf("%s", got)
	}
}
