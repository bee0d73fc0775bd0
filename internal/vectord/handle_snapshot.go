package vectord

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
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
	made, err := s.registry.snapshot(r.Context(), x, want.Name)
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
	list, err := s.registry.snapshots(r.Context(), name)
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
	if err := s.registry.dropSnapshot(r.Context(), name, chi.URLParam(r, "snapshot")); err != nil {
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

// erase serves POST /vectors/index/{name}/erase.
func (s *server) erase(w http.ResponseWriter, r *http.Request) error {
	want, err := readBody[vector.Erase](r)
	if err != nil {
		return err
	}
	selection, err := selectionOf(want.Select)
	if err != nil {
		return err
	}
	return s.inside(r, func(x *index, open *durable.Index) error {
		x.copying.Lock() // no snapshot comes in between, nor a restored index in the place of this one
		defer x.copying.Unlock()
		if x.replaced() {
			return vector.ErrIndexLoading.Errorf("the index %s was dropped or replaced meanwhile; nothing was erased from what is there now: send it again", x.name).After(time.Second)
		}
		gone, err := s.confirmed(r.Context(), x, want.Snapshots)
		if err == nil {
			_, err = open.Engine().Count(selection.Filter) // what cannot be asked for takes no snapshot along
		}
		if err == nil {
			err = s.loader.forget(r.Context(), x)
		}
		if err != nil {
			return err
		}
		erased, err := open.Erase(r.Context(), selection)
		if err == nil && x.persisted() {
			err = s.registry.removeUnder(r.Context(), snapshotsFolder+x.name+"/")
		}
		if err != nil {
			return err
		}
		s.metrics.changed(fateErased, erased.Items)
		return wire.WriteJSON(w, http.StatusOK, vector.Erased{Erased: erased.Items, LogObjects: erased.LogObjects, Generations: erased.Generations, Bytes: erased.Bytes, Snapshots: gone})
	})
}

// confirmed gives the snapshots of an index, which go with what is erased, if all of them
// were named.
func (s *server) confirmed(ctx context.Context, x *index, named []string) (names []string, err error) {
	names = []string{}
	if !x.persisted() {
		return names, nil
	}
	list, err := s.registry.snapshots(ctx, x.name)
	if err != nil {
		return nil, err
	}
	missing := false
	for _, snapshot := range list {
		names = append(names, snapshot.Name)
		missing = missing || !slices.Contains(named, snapshot.Name)
	}
	if missing {
		return nil, vector.ErrEraseUnconfirmed.Errorf("the snapshots %s may hold what is to be erased, and go with it: name all of them in \"snapshots\" if that may be", strings.Join(names, ", ")).
			With("snapshots", names)
	}
	return names, nil
}
