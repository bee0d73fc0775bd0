package vectord

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/semaphore"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/loading"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// server is the state of the daemon.
type server struct {
	env      service.Env
	config   Config
	registry *registry
	loader   *loading.Loader
	texts    *texts.Embedder
	waiting  *semaphore.Weighted // for vectors of texts
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
	s := &server{
		env: env, config: c, waiting: semaphore.NewWeighted(textsWaiting),
		texts:    &texts.Embedder{Client: embedding.Client{Client: env.Peer("embedd")}, Within: c.EmbedTimeout.Std()},
		registry: newRegistry(ctx, c, env.Log, &storage.Client{Client: env.Peer("storaged")}),
	}
	s.metrics = newMetrics(env.Metrics, s.registry)
	s.loader = newLoader(ctx, s.registry, s.metrics, &query.Client{Client: env.Peer("queryd")}, s.texts)
	s.registry.background.Go(func() { s.registry.start(func(x *index) func() { return s.loader.Resume(x.loads) }) })
	return &service.Daemon{
		Routes:  s.routes(),
		Ready:   func(context.Context) []string { return s.registry.notReady() },
		Private: regexp.MustCompile(`^/vectors/index/[^/]+/items/`),
		Notes:   func(ctx context.Context) []string { return append(s.registry.notes(), s.textsWait(ctx)...) },
		Close: func() error {
			s.loader.Close()
			return s.registry.close(context.WithoutCancel(ctx))
		},
	}, nil
}

// textsWait tells of embedd where it is away and there are indexes that had it make vectors;
// all else goes on without it.
func (s *server) textsWait(ctx context.Context) (notes []string) {
	var waiting []string
	for _, x := range s.registry.list() {
		if x.pointer.Shape.TakesTexts() {
			waiting = append(waiting, x.name)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	for _, reason := range s.env.Unreachable(ctx, "embedd") {
		notes = append(notes, fmt.Sprintf("%s: texts are not taken, nor searched for by meaning, in %.500s", reason, strings.Join(waiting, ", ")))
	}
	return notes
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

// answered does work that gives the answer, and writes that when the index has been left: no
// client that reads slowly keeps one open that is dropped or replaced.
func (s *server) answered(w http.ResponseWriter, r *http.Request, enter entering, work func(*index, *durable.Index) (any, error)) error {
	var doc any
	err := s.within(r, enter, func(x *index, open *durable.Index) (err error) {
		doc, err = work(x, open)
		return err
	})
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, doc)
}

// entering is how an index is entered: (*index).enter, or enterToChange.
type entering func(*index) (open *durable.Index, leave func(), err error)

func (s *server) within(r *http.Request, enter entering, work func(*index, *durable.Index) error) error {
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
