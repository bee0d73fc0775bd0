package vectord_test

import (
	"fmt"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A load that waits for another daemon says so: why the last try failed, how many did, and
// when the next begins. When it has ended it says none of it.
func TestALoadSaysWhyItWaits(t *testing.T) {
	d := start(t, testbed.StartStoraged(t)) // without queryd
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.want(202, "", "POST", "/vectors/index/x/load", `{"sql":"SELECT 1 AS id, [1.0, 0.0] AS vector"}`)
	var retry map[string]any
	d.until(func() bool {
		load := d.want(200, "", "GET", "/vectors/index/x/load", "")
		retry, _ = load["retry"].(map[string]any)
		failed, _ := retry["failed"].(float64)
		return failed >= 3 && retry["next_at"] != nil
	})
	if p, _ := retry["problem"].(map[string]any); p["code"] != "service_unavailable" || p["service"] != "queryd" {
		t.Errorf("%v", retry)
	}
	if ended := d.want(200, "", "DELETE", "/vectors/index/x/load", ""); fmt.Sprint(ended["state"], ended["retry"]) != "cancelled<nil>" {
		t.Errorf("%v", ended)
	}
}
