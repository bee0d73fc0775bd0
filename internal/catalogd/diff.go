package catalogd

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (d *daemon) handleDiff(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	from, err := catalog.ParseAt(q.Get("from"))
	if err != nil {
		return wire.ErrBadRequest.Errorf("from: %v", err)
	}
	var to catalog.At
	if q.Get("to") != "" {
		if to, err = catalog.ParseAt(q.Get("to")); err != nil {
			return wire.ErrBadRequest.Errorf("to: %v", err)
		}
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	diff, err := e.diff(r.Context(), chi.URLParam(r, "name"), from, to)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, diff)
}

// diff compares two versions of a dataset, both as it is at one moment.
func (e *engine) diff(ctx context.Context, name string, from, to catalog.At) (diff catalog.VersionDiff, err error) {
	h, err := e.lookup(ctx, name)
	if err != nil {
		return diff, err
	}
	t, err := e.table(ctx, h)
	if err != nil {
		return diff, err
	}
	before, err := e.manifestOf(ctx, h, t, from)
	if err != nil {
		return diff, err
	}
	after, err := e.manifestOf(ctx, h, t, to)
	if err != nil {
		return diff, err
	}
	return catalog.CompareVersions(before, after), nil
}
