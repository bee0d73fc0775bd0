package vectord_test

import (
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Whoever adds an item, or a list of them, is shown what an add is; who has only a value of an
// item wrong is told of that alone.
func TestAnAddIsShownItsForm(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2})
	long := strings.Repeat("x", 2<<20) // which is not read again for better words
	for body, code := range map[string]string{
		`{"id":"a","vector":[1,0]}`: "unknown_field", `[{"id":"a","vector":[1,0]}]`: "bad_request", `{"items":[]}`: "bad_request",
		`{"text":"` + long + `"}`: "unknown_field", `["` + long + `"]`: "bad_request", ``: "bad_request", `{"items":[{"id":"a","txt":"b"}]}`: "unknown_field",
	} {
		if p := d.want(400, code, "POST", atX+"/add", body); !strings.Contains(fmt.Sprint(p["detail"]), `send {"items": [{"id"`) {
			t.Errorf("%.100s: %.300v", body, p["detail"])
		}
	}
	if p := d.want(400, "bad_request", "POST", atX+"/add", `{"items":[{"id":7}]}`); strings.Contains(fmt.Sprint(p["detail"]), `{"items"`) {
		t.Error(p["detail"])
	}
}
