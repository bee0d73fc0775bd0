package vectord

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
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
	load, err := s.loader.start(r.Context(), x, want)
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
	load, err := s.loader.current(r.Context(), x)
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
	load, err := s.loader.cancel(r.Context(), x)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, load)
}
