package vectord

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
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
	for {
		x, err := s.registry.find(chi.URLParam(r, "name"))
		if err != nil {
			return err
		}
		made, err := s.registry.takeSnapshot(r.Context(), x, want.Name)
		if errors.Is(err, vector.ErrIndexNotFound) {
			if now, _ := s.registry.find(chi.URLParam(r, "name")); now != nil && now != x {
				continue // a restoration that it waited for has put another one in its place
			}
		}
		if err != nil {
			return err
		}
		return wire.WriteJSON(w, http.StatusCreated, made)
	}
}

// listSnapshots serves GET /vectors/index/{name}/snapshots, also where the index was
// dropped.
func (s *server) listSnapshots(w http.ResponseWriter, r *http.Request) error {
	owners, err := s.owners(r)
	if err != nil {
		return err
	}
	all := []vector.Snapshot{}
	for _, owner := range owners {
		list, err := s.registry.snapshots.list(r.Context(), owner)
		if err != nil {
			return err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b vector.Snapshot) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return wire.WriteJSON(w, http.StatusOK, vector.Snapshots{Snapshots: all})
}

// owners gives the names whose snapshots are meant: of an alias that of its index, and then
// its own, which an index may have had that was dropped.
func (s *server) owners(r *http.Request) ([]string, error) {
	name := chi.URLParam(r, "name")
	if x, err := s.registry.find(name); err == nil && x.name != name {
		return []string{x.name, name}, nil
	}
	return []string{name}, vector.CheckName(name)
}

// owner gives the one of these names that has a snapshot; the first where none has. Where
// both have one of that name neither is meant: a drop that is sent again must not take the
// other.
func (s *server) owner(r *http.Request, snapshot string) (string, error) {
	owners, err := s.owners(r)
	if err != nil || len(owners) == 1 {
		return owners[0], err
	}
	var having []string
	for _, owner := range owners {
		_, err := s.registry.snapshots.about(r.Context(), owner, snapshot)
		switch {
		case err == nil, errors.Is(err, vector.ErrSnapshotDamaged):
			having = append(having, owner)
		case !errors.Is(err, vector.ErrSnapshotNotFound):
			return "", err
		}
	}
	if len(having) > 1 {
		return "", vector.ErrBadIndex.Errorf("the index %s has a snapshot %s, and so had the dropped index %s, whose name is an alias now: call the first by the name %s, and the second when the alias or the other snapshot is removed", owners[0], snapshot, owners[1], owners[0])
	}
	return append(having, owners[0])[0], nil
}

// dropSnapshot serves DELETE /vectors/index/{name}/snapshots/{snapshot}.
func (s *server) dropSnapshot(w http.ResponseWriter, r *http.Request) error {
	snapshot := chi.URLParam(r, "snapshot")
	name, err := s.owner(r, snapshot)
	if err != nil {
		return err
	}
	if err := s.registry.dropSnapshot(r.Context(), name, snapshot); err != nil {
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
	for _, given := range []string{want.Snapshot, cmp.Or(want.As, chi.URLParam(r, "name"))} {
		if err := vector.CheckName(given); err != nil {
			return err
		}
	}
	name, err := s.owner(r, want.Snapshot)
	if err != nil {
		return err
	}
	x, err := s.registry.restore(r.Context(), name, want, (*index).holdToReplace)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, s.describe(x))
}
