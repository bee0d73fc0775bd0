package gateway

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// mount is what lies under /v1 and the daemon that answers it.
type mount struct {
	prefix   string
	daemon   string
	patience time.Duration           // from the end of a request to its answer's header
	method   string                  // with one, the prefix is a whole path, and other methods go where it would go without this
	errorAs  func(*wire.Problem) any // of errors that the gateway answers itself; nil: problem documents
}

// mounts is the whole map of /v1 but for the gateway's own routes.
func (c Config) mounts() []mount {
	answer := c.AnswerTimeout.Std()
	return []mount{
		{prefix: "/storage", daemon: "storaged", patience: answer},
		{prefix: "/catalog", daemon: "catalogd", patience: answer},
		{prefix: "/catalog/register", daemon: "catalogd", patience: c.IngestTimeout.Std()}, // it may copy what lies elsewhere
		{prefix: "/iceberg", daemon: "catalogd", patience: answer},
		{prefix: "/ingest", daemon: "ingestd", patience: c.IngestTimeout.Std()},
		{prefix: "/catalog/erase", daemon: "ingestd", patience: c.IngestTimeout.Std()},                       // the writer of data files serves it
		{prefix: catalog.ViewsPath, daemon: "queryd", patience: c.SQLTimeout.Std(), method: http.MethodPost}, // which binds the statement
		{prefix: "/sql", daemon: "queryd", patience: c.SQLTimeout.Std()},
		{prefix: "/vectors", daemon: "vectord", patience: answer},
		{prefix: "/vectors/index/{name}/add", daemon: "vectord", patience: c.IngestTimeout.Std()},   // which may be 10,000 texts that become vectors first
		{prefix: "/vectors/index/{name}/erase", daemon: "vectord", patience: c.IngestTimeout.Std()}, // these three write or read a whole index
		{prefix: "/vectors/index/{name}/snapshot", daemon: "vectord", patience: c.IngestTimeout.Std()},
		{prefix: "/vectors/index/{name}/restore", daemon: "vectord", patience: c.IngestTimeout.Std()},
		{prefix: "/embed", daemon: "embedd", patience: c.EmbedTimeout.Std()},
		{prefix: "/embeddings", daemon: "embedd", patience: c.EmbedTimeout.Std(), errorAs: wire.AsOpenAI},
		{prefix: "/chat", daemon: "chatd", patience: answer, errorAs: wire.AsOpenAI},
		{prefix: "/models", daemon: "chatd", patience: answer, errorAs: wire.AsOpenAI},
		{prefix: "/matrix", daemon: "matrixd", patience: answer},
		{prefix: "/pathways", daemon: "pathwayd", patience: answer},
		{prefix: "/observer", daemon: "observerd", patience: answer},
	}
}

// Gateway answers /v1.
type Gateway struct {
	env    service.Env
	config Config
	viewer viewer

	failures *prometheus.CounterVec
}

// New builds the gateway.
func New(_ context.Context, env service.Env, config Config) (*service.Daemon, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	assets, err := newViewer()
	if err != nil {
		return nil, err
	}
	g := &Gateway{env: env, config: config, viewer: assets, failures: newFailures(env.Metrics, config.Deployed)}
	return &service.Daemon{Routes: slices.Concat(g.routes(), g.passes()), Private: regexp.MustCompile(`^/v1/vectors/index/[^/]+/items/`)}, nil
}

// Routes describes the gateway's own routes, for the specification.
func Routes() []service.Route { return new(Gateway).routes() }

// Shown gives a daemon's routes as the gateway shows them, for the
// specification: under /v1, with what the gateway may answer in their place.
func Shown(daemon string, routes []service.Route) service.Group {
	routes = slices.Clone(routes)
	for i, r := range routes {
		errs := append(slices.Clone(r.Errors), wire.ErrPeerTimeout)
		if daemon == "storaged" && writes(r.Method) {
			errs = append(errs, storage.ErrReservedKey)
		}
		routes[i].Errors = errs
	}
	return service.Group{Name: daemon, Prefix: "/v1", Routes: routes}
}

func (g *Gateway) routes() []service.Route {
	return []service.Route{
		{Method: "GET", Path: "/v1/health", ID: "fleet_health", Summary: "How each daemon of the fleet is", Access: service.Read,
			Answers: []service.Answer{{Status: 200, Doc: "also when a daemon is down", Type: service.FleetHealth{}}}, Handle: g.health},
		{Method: "GET", Path: "/v1/openapi.json", ID: "openapi", Summary: "This specification", Access: service.Open,
			Answers: []service.Answer{{Status: 200, Doc: "OpenAPI 3.1", Media: []string{"application/json"}}}, Handle: g.viewer.spec},
		{Method: "GET", Path: "/docs", ID: "docs", Summary: "The specification, to read and to try", Access: service.Open,
			Answers: []service.Answer{{Status: 200, Doc: "a page", Media: []string{"text/html"}}}, Handle: g.viewer.page},
		{Method: "GET", Path: "/docs/{asset}", ID: "docs_asset", Summary: "What the page is made of", Access: service.Open,
			Answers: []service.Answer{{Status: 200, Doc: "the file", Media: []string{"text/css", "text/javascript", "text/plain"}}},
			Handle:  g.viewer.asset},
	}
}

// passes gives the routes that hand a request on, whatever its method.
func (g *Gateway) passes() []service.Route {
	var routes []service.Route
	for _, m := range g.config.mounts() {
		handle := absent(m.daemon)
		if slices.Contains(g.config.Deployed, m.daemon) {
			handle = newPeer(g.env, m, g.failures).pass
		}
		if m.daemon == "storaged" {
			handle = refuseReserved(handle)
		}
		patterns := []string{"/v1" + m.prefix, "/v1" + m.prefix + "/*"}
		if m.method != "" {
			patterns = patterns[:1]
		}
		for _, pattern := range patterns {
			routes = append(routes, service.Route{
				Method: m.method, Path: pattern, Access: service.Read, AnyQuery: true, MaxBody: service.Unbounded, Handle: handle, ErrorAs: m.errorAs,
			})
		}
	}
	return routes
}

// absent answers for a daemon that is not deployed, and tells one that could be
// from one that this release does not have.
func absent(daemon string) service.Handler {
	remedy := "in this fleet; start it and name it in [gateway] deployed"
	if !slices.Contains(Defaults().Deployed, daemon) {
		remedy = "and cannot be: this release has none; /docs shows what it has"
	}
	return func(http.ResponseWriter, *http.Request) error {
		return wire.ErrUnavailable.Errorf("%s is not deployed %s", daemon, remedy).With("service", daemon)
	}
}
