package archtest

import (
	"encoding/json"
	"path"
	"strings"
	"testing"
)

// operation is what the rules read of one operation of the specification.
type operation struct {
	ID        string                     `json:"operationId"`
	Summary   string                     `json:"summary"`
	Responses map[string]json.RawMessage `json:"responses"`
}

// specificationReads: the specification is made of the daemons' routes, so what
// holds for its operations holds for every route.
func specificationReads(t *testing.T, src *source) {
	var spec struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	text := src.texts["docs/api/openapi.json"]
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatalf("docs/api/openapi.json cannot be read: %v", err)
	}
	seen := map[string]string{}
	for route, item := range spec.Paths {
		for method, raw := range item {
			if method == "parameters" {
				continue
			}
			var op operation
			if err := json.Unmarshal(raw, &op); err != nil {
				t.Errorf("%s %s: %v", method, route, err)
				continue
			}
			place := strings.ToUpper(method) + " " + route
			switch other := seen[op.ID]; {
			case op.ID == "":
				t.Errorf("%s has no operation id: generated clients name their functions after it", place)
			case other != "":
				t.Errorf("%s and %s share the operation id %s: generated clients could have only one of them", place, other, op.ID)
			}
			seen[op.ID] = place
			if op.Summary == "" {
				t.Errorf("%s has no summary: the viewer at /docs would show a path and nothing of what it does", place)
			}
			if len(op.Responses) == 0 {
				t.Errorf("%s declares no answer: a caller must know what comes back", place)
			}
		}
	}
	if len(seen) < len(daemonFolders(src)) {
		t.Errorf("the specification has %d operations for %d daemons: it was not generated (go run ./docs/api/gen)", len(seen), len(daemonFolders(src)))
	}
}

// daemonFolders gives the daemons that have a main of their own.
func daemonFolders(src *source) []string {
	var list []string
	for dir := range src.packages {
		if path.Dir(dir) == "cmd" && dir != "cmd/lakehouse" {
			list = append(list, dir)
		}
	}
	return list
}
