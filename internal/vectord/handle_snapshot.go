package vectord

import (
	"cmp"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// createSnapshot serves POST /vectors/index/{name}/snapshot.
func (s *server) createSnapshot(w http.ResponseWriter, r *http.Request) error {
	var want vector.NewSnapshot
	if r.ContentLength != 0 {
		if err := wire.ReadJSON(r, &want); err != nil {
			return err
		}
	}
	if want.Name == "" {
		want.Name = time.Now().UTC().Format("20060102t150405.000")
	}
	if err := vector.CheckName(want.Name); err != nil {
		return err
	}
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	made, err := s.registry.snapshots.take(r.Context(), x, want.Name)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusCreated, made)
}

// listSnapshots serves GET /vectors/index/{name}/snapshots, also where the index was
// dropped.
func (s *server) listSnapshots(w http.ResponseWriter, r *http.Request) error {
	name, err := s.belonging(r)
	if err != nil {
		return err
	}
	list, err := s.registry.snapshots.list(r.Context(), name)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, vector.Snapshots{Snapshots: list})
}

// belonging gives the name that snapshots belong to: of an alias, that of its index.
func (s *server) belonging(r *http.Request) (string, error) {
	name := chi.URLParam(r, "name")
	if x, err := s.registry.find(name); err == nil {
		return x.name, nil
	}
	return name, vector.CheckName(name)
}

// dropSnapshot serves DELETE /vectors/index/{name}/snapshots/{snapshot}.
func (s *server) dropSnapshot(w http.ResponseWriter, r *http.Request) error {
	name, err := s.belonging(r)
	if err != nil {
		return err
	}
	if err := s.registry.snapshots.drop(r.Context(), name, chi.URLParam(r, "snapshot")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// restore serves POST /vectors/index/{name}/restore.
func (s *server) restore(w http.ResponseWriter, r *http.Request) error {
	var want vector.Restore
	if err := wire.ReadJSON(r, &want); err != nil {
		return err
	}
	name, err := s.belonging(r)
	if err != nil {
		return err
	}
	for _, given := range []string{want.Snapshot, cmp.Or(want.As, name)} {
		if err := vector.CheckName(given); err != nil {
			return err
		}
	}
	x, err := s.registry.restore(r.Context(), name, want)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, s.describe(x))
}
