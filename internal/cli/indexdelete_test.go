package cli_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What is changed by a filter is counted, and nothing happens unasked; ids say themselves what
// is meant, and those that are not there are told.
func TestAFilterThatChangesItemsIsAsked(t *testing.T) {
	clean(t)
	changed := 0
	answer := func(path string, byIDs, byFilter any) service.Route {
		return service.Route{Method: "POST", Path: "/v1/vectors/index/{name}/" + path, ID: path, Access: service.Write,
			Handle: func(w http.ResponseWriter, r *http.Request) error {
				var body map[string]any
				err := wire.ReadJSON(r, &body)
				if path != "count" {
					changed++
				}
				if body["ids"] != nil {
					return wire.WriteJSON(w, http.StatusOK, byIDs)
				}
				return errors.Join(err, wire.WriteJSON(w, http.StatusOK, byFilter))
			}}
	}
	e := startEdge(t, service.Tokens{}, answer("count", nil, vector.Counted{Count: 12}),
		answer("delete", vector.Deleted{Deleted: 2, Count: 3}, vector.Deleted{Deleted: 12, Count: 3}), answer("metadata", vector.Updated{Updated: 2}, vector.Updated{Updated: 12}))
	for _, c := range []struct {
		args    string
		code    int
		changed int
		says    string
	}{
		{`delete people --filter {"state":"TX"}`, 2, 0, "This would take 12 items out of the index people."},
		{`delete people --filter {"state":"TX"}`, 2, 0, "say --yes"},
		{`delete people --filter {"state":"TX"} --yes`, 0, 1, "12 items taken out; it holds 3"},
		{`delete people --filter {"state":"TX"} --yes`, 0, 1, "This will take 12 items out"},
		{`delete people a b a`, 0, 1, "2 items taken out"},
		{`delete people a b c a`, 0, 1, "2 items taken out; 1 of the 3 ids is not there; it holds 3"},
		{`set people a b c d --remove x`, 0, 1, "2 items changed; 2 of the 4 ids are not there"},
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
