package cli_test

import (
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What is changed by a filter is counted, and nothing happens unasked; ids say themselves what
// is meant.
func TestAFilterThatChangesItemsIsAsked(t *testing.T) {
	clean(t)
	changed := 0
	answer := func(path string, v any) service.Route {
		return service.Route{Method: "POST", Path: "/v1/vectors/index/{name}/" + path, ID: path, Access: service.Write,
			Handle: func(w http.ResponseWriter, _ *http.Request) error {
				if path != "count" {
					changed++
				}
				return wire.WriteJSON(w, http.StatusOK, v)
			}}
	}
	e := startEdge(t, service.Tokens{}, answer("count", vector.Counted{Count: 12}), answer("delete", vector.Deleted{Deleted: 12, Count: 3}),
		answer("metadata", vector.Updated{Updated: 12}))
	for _, c := range []struct {
		args    string
		code    int
		changed int
		says    string
	}{
		{`delete people --filter {"state":"TX"}`, 2, 0, "This would take 12 items out of the index people."},
		{`delete people --filter {"state":"TX"}`, 2, 0, "say --yes"},
		{`delete people --filter {"state":"TX"} --yes`, 0, 1, "12 items taken out; it holds 3"},
		{`delete people a b`, 0, 1, "taken out"},
		{`set people --filter {"state":"TX"} --remove x`, 2, 0, "This would change the metadata of 12 items of the index people."},
		{`set people --filter {"state":"TX"} --remove x --yes`, 0, 1, "12 items changed"},
		{`set people a --remove x`, 0, 1, "changed"},
	} {
		changed = 0
		code, stdout, stderr := run(t, append([]string{"--gateway", e.url, "index"}, strings.Fields(c.args)...)...)
		if code != c.code || changed != c.changed || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%s: %d, %d changes, %s%s", c.args, code, changed, stdout, stderr)
		}
	}
}
