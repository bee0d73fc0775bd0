package vectord

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/loading"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// startLoad serves POST /vectors/index/{name}/load.
func (s *server) startLoad(w http.ResponseWriter, r *http.Request) error {
	var want vector.NewLoad
	if err := wire.ReadJSON(r, &want); err != nil {
		return err
	}
	if strings.TrimSpace(want.SQL) == "" {
		return wire.ErrBadRequest.Errorf(`give the statement, as in {"sql": "SELECT id, vector, city FROM candidates"}`)
	}
	if want.AllowEmpty && !want.DeleteMissing {
		return wire.ErrBadRequest.Errorf("allow_empty goes with delete_missing, and says that it may empty the index")
	}
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	load, err := s.loader.Start(r.Context(), x.loads, want)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/vectors/index/"+x.name+"/load")
	return wire.WriteJSON(w, http.StatusAccepted, load)
}

// getLoad serves GET /vectors/index/{name}/load.
func (s *server) getLoad(w http.ResponseWriter, r *http.Request) error {
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	if x.pointer.broken != nil { // what lies beside it may be another index's
		return x.failure()
	}
	load, err := s.loader.Current(r.Context(), x.loads)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, load)
}

// cancelLoad serves DELETE /vectors/index/{name}/load.
func (s *server) cancelLoad(w http.ResponseWriter, r *http.Request) error {
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	load, err := s.loader.Cancel(r.Context(), x.loads)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, load)
}

// holdToReplace holds the loads of an index for what takes its place. Whether a load of one
// that is still being read is to go on is not known.
func (x *index) holdToReplace() (done func(), err error) {
	if state, how := x.state(); state == vector.Loading {
		return nil, vector.ErrIndexLoading.Errorf("the index %s %s; restore in its place then, or under another name now", x.name, how).After(time.Second)
	}
	return x.loads.Hold("a restoration in its place")
}

// newLoader gives what loads into the indexes of a registry.
func newLoader(ctx context.Context, r *registry, m *metrics, q *query.Client, embedder *texts.Embedder) *loading.Loader {
	return loading.New(ctx, loading.Config{
		Storage: r.storage, Query: q, Texts: embedder, Log: r.log, Admit: r.room, Changed: m.loaded,
		RetryAfter: r.config.RetryAfter.Std(), KeepWithin: r.patience,
	})
}
