package vectord_test

import (
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A question has a bound that no text which an item can keep is beyond; so has a filter, which
// may list many values.
func TestAQuestionHasItsBounds(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","dimension":2,"text_fields":["note"]}`)
	d.want(200, "", "POST", atX+"/add", `{"items":[{"id":"a","vector":[1,0],"metadata":{"note":"welder","n":7,"m":"x"}}]}`)
	text := func(n int) string { return "welder" + strings.Repeat(" ", n-len("welder")) }
	values := func(n int) string { return strings.TrimSuffix(strings.Repeat("7,", n), ",") }
	conditions := func(n int) string { return strings.TrimSuffix(strings.Repeat(`{"n":7},`, n), ",") }
	for _, c := range []struct {
		status     int
		code, body string
	}{
		{200, "", fmt.Sprintf(`{"text":%q}`, text(vector.MaxText))},
		{400, "bad_search", fmt.Sprintf(`{"text":%q}`, text(vector.MaxText+1))},
		{400, "bad_search", fmt.Sprintf(`{"text":%q,"vector":[1,0]}`, text(vector.MaxText+1))},
		{200, "", `{"text":"welder","filter":{"n":{"in":[` + values(200_000) + `]}}}`},
		{400, "bad_filter", `{"text":"welder","filter":{"n":{"in":[` + values(1_000_000) + `]}}}`},
		{200, "", `{"text":"welder","filter":{"or":[` + conditions(100_000) + `]}}`},
		{400, "bad_filter", `{"text":"welder","filter":{"or":[` + conditions(500_000) + `]}}`},
		{400, "bad_filter", `{"text":"welder","filter":{"or":[` + strings.Repeat(`{},`, 500_000) + `{}]}}`},
		{200, "", `{"text":"welder","filter":{"not":{"m":{"in":["` + strings.Repeat(`,[{\"`, 500_000) + `"]}},"n":7}}`},
	} {
		if doc := d.want(c.status, c.code, "POST", atX+"/search", c.body); c.status == 400 && !strings.Contains(fmt.Sprint(doc["detail"]), "it may have") {
			t.Errorf("%.60s: %.200v", c.body, doc["detail"])
		}
	}
}
