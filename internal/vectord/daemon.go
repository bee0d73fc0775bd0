package vectord

import (
	"context"
	"net/http"
	"regexp"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/loading"
)

// server is the state of the daemon.
type server struct {
	env      service.Env
	config   Config
	registry *registry
	loader   *loading.Loader
	metrics  *metrics
	arenas   bodies.Arenas
}

// New builds the daemon. It reads its indexes when storaged is there; until then /ready
// says what it waits for.
func New(ctx context.Context, env service.Env, c Config) (*service.Daemon, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	c = c.complete()
	s := &server{env: env, config: c, registry: newRegistry(ctx, c, env.Log, &storage.Client{Client: env.Peer("storaged")})}
	s.metrics = newMetrics(env.Metrics, s.registry)
	s.loader = newLoader(ctx, s.registry, s.metrics, &query.Client{Client: env.Peer("queryd")})
	s.registry.background.Go(func() { s.registry.start(func(x *index) func() { return s.loader.Resume(x.loads) }) })
	return &service.Daemon{
		Routes:  s.routes(),
		Ready:   func(context.Context) []string { return s.registry.notReady() },
		Private: regexp.MustCompile(`^/vectors/index/[^/]+/items/`),
		Notes:   func(context.Context) []string { return s.registry.notes() },
		Close: func() error {
			s.loader.Close()
			return s.registry.close(context.WithoutCancel(ctx))
		},
	}, nil
}

// inside does a request's work on the index that its path names, which stays open
// meanwhile.
func (s *server) inside(r *http.Request, work func(*index, *durable.Index) error) error {
	return s.within(r, (*index).enter, work)
}

// changing is inside for work that changes the index.
func (s *server) changing(r *http.Request, work func(*index, *durable.Index) error) error {
	return s.within(r, (*index).enterToChange, work)
}

func (s *server) within(r *http.Request, enter func(*index) (*durable.Index, func(), error), work func(*index, *durable.Index) error) error {
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	open, leave, err := enter(x)
	if err != nil {
		return err
	}
	defer leave()
	return work(x, open)
}
