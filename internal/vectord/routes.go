package vectord

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
)

// Routes describes the daemon's operations, for the specification.
func Routes() []service.Route { return withExamples((&server{config: Defaults()}).routes()) }

// routes is the whole API of the daemon. What an operation takes and answers is said in
// routes_indexes.go, routes_items.go and routes_loads.go.
func (s *server) routes() []service.Route {
	const at = "/vectors/index/{name}"
	op := operations{maxBody: s.config.MaxBodyBytes}
	return []service.Route{
		write("POST", "/vectors/index", s.createIndex, op.createIndex()),
		read("GET", "/vectors/index", s.listIndexes, op.listIndexes()),
		read("GET", at, s.getIndex, op.getIndex()),
		write("DELETE", at, s.dropIndex, op.dropIndex()),

		write("DELETE", at+"/damage", s.acknowledgeDamage, op.acknowledgeDamage()),

		write("POST", at+"/add", s.add, op.addItems()),
		read("POST", at+"/search", s.search, op.searchIndex()),
		write("POST", at+"/delete", s.deleteItems, op.deleteItems()),
		write("POST", at+"/metadata", s.updateItems, op.updateItems()),
		read("GET", at+"/items/*", s.getItem, op.getItem()),
		read("GET", at+"/scroll", s.scroll, op.scrollItems()),
		read("POST", at+"/count", s.count, op.countItems()),
		write("POST", at+"/erase", s.erase, op.eraseItems()),

		write("POST", at+"/load", s.startLoad, op.startLoad()),
		read("GET", at+"/load", s.getLoad, op.getLoad()),
		write("DELETE", at+"/load", s.cancelLoad, op.cancelLoad()),

		write("POST", at+"/snapshot", s.createSnapshot, op.createSnapshot()),
		read("GET", at+"/snapshots", s.listSnapshots, op.listSnapshots()),
		write("DELETE", at+"/snapshots/{snapshot}", s.dropSnapshot, op.dropSnapshot()),
		write("POST", at+"/restore", s.restore, op.restoreIndex()),

		read("GET", "/vectors/aliases", s.listAliases, op.listAliases()),
		write("PUT", "/vectors/aliases/{alias}", s.setAlias, op.setAlias()),
		write("DELETE", "/vectors/aliases/{alias}", s.dropAlias, op.dropAlias()),
	}
}

func read(method, path string, h service.Handler, op service.Route) service.Route {
	op.Method, op.Path, op.Handle, op.Access = method, path, worded(h), service.Read
	return op
}

func write(method, path string, h service.Handler, op service.Route) service.Route {
	op.Method, op.Path, op.Handle, op.Access = method, path, worded(h), service.Write
	return op
}

// worded has a handler's errors worded for its client.
func worded(h service.Handler) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return problems.Of(h(w, r)) }
}
