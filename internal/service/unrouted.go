package service

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// refuseMethod answers for paths whose routes take other methods, in the form of their errors.
func (rt *router) refuseMethod(routes []Route) http.HandlerFunc {
	refuse := func(errorAs func(*wire.Problem) any) http.HandlerFunc {
		return rt.serve(Route{Access: Open, AnyQuery: true, ErrorAs: errorAs, Handle: rt.methodNotAllowed})
	}
	all, shaped := refuse(nil), map[string]http.HandlerFunc{}
	for _, route := range routes {
		if route.ErrorAs != nil {
			shaped[route.Path] = refuse(route.ErrorAs)
		}
	}
	return func(w http.ResponseWriter, r *http.Request) {
		for _, method := range methods {
			if answer := shaped[rt.mux.Find(chi.NewRouteContext(), method, pathOf(r))]; answer != nil {
				answer(w, r)
				return
			}
		}
		all(w, r)
	}
}

// pathOf gives the path as chi routes it.
func pathOf(r *http.Request) string { return cmp.Or(r.URL.RawPath, r.URL.Path) }

// routeNotFound answers for paths that no route has. A daemon that is asked for what the
// gateway alone has says that it is another, by which [OnlyGateway] knows.
func (rt *router) routeNotFound(_ http.ResponseWriter, r *http.Request) error {
	p := wire.ErrRouteNotFound.Errorf("there is no route %s; /v1/openapi.json on the gateway lists them all, and /docs shows them to read", r.URL.Path)
	if name := rt.env.Service; name != "gateway" && strings.HasPrefix(r.URL.Path, "/v1/") {
		return p.Advise("this is "+name+", and /v1 is the gateway's").With("service", name)
	}
	return p
}

func (rt *router) methodNotAllowed(w http.ResponseWriter, r *http.Request) error {
	var takes []string
	for _, method := range methods {
		if rt.mux.Match(chi.NewRouteContext(), method, pathOf(r)) {
			takes = append(takes, method)
		}
	}
	allow := strings.Join(takes, ", ")
	w.Header().Set("Allow", allow)
	return wire.ErrMethodNotAllowed.Errorf("%s takes %s, not %s", r.URL.Path, allow, r.Method)
}
