package cli_test

import (
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A model that embedd does not have may be a mistyped one: the index is made, and never takes a text.
func TestAnIndexThatTakesNoTextsIsSaidToBeOne(t *testing.T) {
	clean(t)
	edge := startEdge(t, service.Tokens{},
		service.Route{Method: "POST", Path: "/v1/vectors/index", ID: "create", Access: service.Write, Body: &service.Body{Type: vector.NewIndex{}}, Handle: func(w http.ResponseWriter, r *http.Request) error {
			var asked vector.NewIndex
			if err := wire.ReadJSON(r, &asked); err != nil {
				return err
			}
			if asked.Model == "words" {
				asked.ModelRevision = "r1"
			}
			return wire.WriteJSON(w, http.StatusCreated, vector.Index{Name: asked.Name, Shape: asked.Shape})
		}})
	t.Setenv("LAKEHOUSE_GATEWAY", edge.url)
	for model, told := range map[string]bool{"wrds": true, "words": false, "": false} {
		code, stdout, stderr := run(t, "index", "create", "x", "--dimension", "10", "--model", model)
		if code != 0 || !strings.Contains(stdout, "x: made") || told != strings.Contains(stderr, "x takes vectors alone, and never texts, for embedd had no model wrds") {
			t.Errorf("model %q: %d\n%s%s", model, code, stdout, stderr)
		}
	}
}
