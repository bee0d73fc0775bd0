package queryd

import (
	"context"
	"net/http"
	"sync"

	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/semaphore"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// server is the state of the daemon.
type server struct {
	env     service.Env
	config  Config
	catalog *catalog.Client
	engines *engines
	gate    *gate
	jobs    *jobs
	metrics *metrics
	results *results
	buffers buffers             // for answers
	waiting *semaphore.Weighted // waitingBytes of answers that wait for their clients
}

// New builds the daemon. It starts its workers when storaged has said where the
// objects are; until then /ready says what it waits for. Its process must call
// duck.Main first.
func New(ctx context.Context, env service.Env, c Config) (*service.Daemon, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := c.CheckEnv(env); err != nil {
		return nil, err
	}
	s := &server{
		env: env, config: c, catalog: &catalog.Client{Client: env.Peer("catalogd")},
		results: newResults(c.ResultCacheBytes), gate: newGate(c, env.Secrets.Tokens.Current.IsSet()), jobs: &jobs{byID: map[string]*job{}}, waiting: semaphore.NewWeighted(waitingBytes),
	}
	s.metrics = newMetrics(env.Metrics, c, s.gate, s.jobs, s.results)
	var err error
	if s.engines, err = newEngines(env, c, s.metrics); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var starting sync.WaitGroup
	starting.Go(func() { s.engines.start(ctx) })
	starting.Go(func() { s.audit(ctx) })
	return &service.Daemon{
		Routes: s.routes(),
		Ready:  s.ready,
		Close: func() error {
			cancel()
			starting.Wait()
			return s.engines.close()
		},
	}, nil
}

// Routes describes the daemon's operations, for the specification.
func Routes() []service.Route { return (*server)(nil).routes() }

func (s *server) routes() []service.Route {
	return []service.Route{
		{Method: "POST", Path: "/sql", ID: "sql", Summary: "Run one statement that reads", Access: service.Read,
			Query: []service.Param{
				{Name: "format", Type: "string", Doc: "json (default), ndjson, csv, arrow or parquet; the Accept header says the same"},
				{Name: "limit", Type: "integer", Doc: "the most rows; json: 10,000 unless given, at most 1,000,000"},
				{Name: "as_of", Type: "string", Doc: "an RFC 3339 time: every table as it was then; or an object with the versions of some, each a number, a tag, such a time, or a number and an id"},
				{Name: "timeout_ms", Type: "integer", Doc: "the statement's deadline, to the last byte of its answer"},
			},
			Headers: []service.Param{{Name: "Cache-Control", Type: "string", Doc: "no-cache: an answer that is made anew; no-store: nor kept"}},
			Body:    &service.Body{Media: []string{"application/json", "text/plain", "application/sql"}, Type: query.Request{}},
			Answers: []service.Answer{{Status: 200, Type: query.Answer{},
				Doc:   "the rows; streams end with the trailer X-Truncated, and in an aborted connection where they fail midway",
				Media: []string{"application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"}}},
			Errors: []*wire.Kind{query.ErrInvalid, query.ErrNotAllowed, query.ErrTableNotFound, catalog.ErrVersionNotFound, catalog.ErrTagNotFound, query.ErrSourceChanged,
				query.ErrViewBroken, query.ErrViewCycle, query.ErrViewLimit, query.ErrTimeout, query.ErrMemory,
				query.ErrTooMany, query.ErrCancelled, query.ErrCacheFull, query.ErrDamaged, query.ErrWorkerLost,
				storage.ErrStorageFull},
			Handle: s.sql},
		{Method: "POST", Path: catalog.ViewsPath, ID: "create_view", Summary: "Make a view, or a new version of one: a SELECT that statements read like a dataset", Access: service.Write,
			Headers: []service.Param{{Name: wire.HeaderIdempotencyKey, Type: "string", Doc: "a retry with the same key and the same request gets the first answer, for 24 hours"}},
			Body:    &service.Body{Type: catalog.NewView{}},
			Answers: []service.Answer{
				{Status: 201, Doc: "a new version", Type: catalog.RegisteredView{}},
				{Status: 200, Doc: "the current version has the statement already, or the key had its answer", Type: catalog.RegisteredView{}}},
			Errors: []*wire.Kind{catalog.ErrBadName, catalog.ErrBadSchema, catalog.ErrDatasetExists, catalog.ErrViewExists, catalog.ErrViewChanged, catalog.ErrIdempotencyReused,
				query.ErrInvalid, query.ErrNotAllowed, query.ErrTableNotFound, query.ErrViewBroken, query.ErrViewCycle, query.ErrViewLimit,
				query.ErrTimeout, query.ErrMemory, query.ErrTooMany, query.ErrCancelled, query.ErrWorkerLost},
			Handle: s.createView},
		{Method: "POST", Path: "/sql/reads", ID: "sql_reads", Summary: "Tell what a statement would read, each with its version, without running it", Access: service.Read,
			Body:    &service.Body{Type: query.ReadsRequest{}},
			Answers: []service.Answer{{Status: 200, Doc: "the views, and the datasets, also those below the views; as_of takes their versions", Type: query.Reads{}}},
			Errors: []*wire.Kind{query.ErrInvalid, query.ErrNotAllowed, query.ErrTableNotFound, catalog.ErrVersionNotFound, catalog.ErrTagNotFound, query.ErrSourceChanged,
				query.ErrViewBroken, query.ErrViewCycle, query.ErrViewLimit, query.ErrTimeout, query.ErrTooMany, query.ErrCancelled, query.ErrWorkerLost},
			Handle: s.sqlReads},
		{Method: "GET", Path: "/sql/queries", ID: "sql_queries", Summary: "List the statements that run or wait", Access: service.Read,
			Answers: []service.Answer{{Status: 200, Doc: "the oldest first", Type: query.Queries{}}}, Handle: s.list},
		{Method: "DELETE", Path: "/sql/queries/{id}", ID: "sql_cancel", Summary: "Cancel a statement", Access: service.Write,
			Answers: []service.Answer{{Status: 204, Doc: "cancelled; its own request is answered with query_cancelled"}},
			Errors:  []*wire.Kind{query.ErrNotFound}, Handle: s.cancel},
	}
}

func (s *server) ready(ctx context.Context) []string {
	reasons := s.env.Unreachable(ctx, "catalogd")
	if reason := s.engines.notReady(); reason != "" {
		reasons = append(reasons, "no query workers yet: "+reason)
	}
	return reasons
}

// list serves GET /sql/queries.
func (s *server) list(w http.ResponseWriter, _ *http.Request) error {
	return wire.WriteJSON(w, http.StatusOK, query.Queries{Queries: s.jobs.list(s.describe)})
}

// describe says of a statement what the gate and its worker know, too.
func (s *server) describe(q *job) query.Running {
	r := q.describe()
	if t := q.ticket.Load(); t != nil && r.State == query.Queued {
		r.Position = s.gate.position(t)
	}
	if g := q.gauge.Load(); g != nil {
		p := g.Read()
		if r.RowsRead, r.SpillBytes = p.Rows, p.SpillBytes; p.Fraction >= 0 {
			r.Progress = &p.Fraction
		}
	}
	return r
}

// cancel serves DELETE /sql/queries/{id}.
func (s *server) cancel(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	if !s.jobs.cancel(id) {
		return query.ErrNotFound.Errorf("no query %q runs or waits now; GET /sql/queries lists those that do", id)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
