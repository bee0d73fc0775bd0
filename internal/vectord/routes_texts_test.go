package vectord_test

import (
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What embedd refuses, and passes through, is among the errors that a route declares.
func TestErrorsOfEmbeddAreDeclared(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	errorsOf := func(routes []service.Route, id string) []*wire.Kind {
		return routes[slices.IndexFunc(routes, func(r service.Route) bool { return r.ID == id })].Errors
	}
	for _, kind := range errorsOf(embedd.Routes(), "embed") {
		if kind == embedding.ErrTextTooLong || kind == embedding.ErrTooManyTexts { // nothing asks for these
			continue
		}
		m.set(func(m *words) { m.err = kind.Errorf("no") })
		for id, request := range map[string][2]string{
			"create_index": {"/vectors/index", `{"name":"y","model":"words"}`},
			"add_items":    {atX + "/add", addTexts},
			"search_index": {atX + "/search", `{"text":"nurse"}`},
		} {
			if kind == embedding.ErrBadText && id == "create_index" { // which sends none of its caller's
				continue
			}
			d.want(kind.Status, kind.Code, "POST", request[0], request[1])
			if !slices.Contains(errorsOf(vectord.Routes(), id), kind) {
				t.Errorf("%s declares no %s", id, kind.Code)
			}
		}
	}
}
