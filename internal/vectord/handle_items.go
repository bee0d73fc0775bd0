package vectord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// add serves POST /vectors/index/{name}/add.
func (s *server) add(w http.ResponseWriter, r *http.Request) error {
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	if x.pointer.broken != nil { // what it takes is not known
		return x.failure()
	}
	batch, err := bodies.ReadItems(r, x.pointer.Shape)
	if err != nil {
		return err
	}
	if err := s.registry.room(batch.Items, x.pointer.Shape.Dimension); err != nil {
		return err
	}
	truncated := 0
	if len(batch.Texts) > 0 {
		done, err := s.waits(x, batch)
		if err != nil {
			return err
		}
		defer done()
		if truncated, err = s.completeItems(r.Context(), maker(x.pointer.Shape), batch); err != nil {
			return err
		}
	}
	return s.answered(w, r, (*index).enterToChange, func(now *index, open *durable.Index) (any, error) {
		done, err := s.admit(batch, x, now)
		if err != nil {
			return nil, err
		}
		defer done()
		added, err := open.AddThen(r.Context(), batch.Items, done)
		if err != nil {
			return nil, err
		}
		s.metrics.changed(fateAdded, added.Added)
		s.metrics.changed(fateUpdated, added.Updated)
		return vector.Added{Added: added.Added, Updated: added.Updated, Count: added.Count, Truncated: truncated}, nil
	})
}

// deleteItems serves POST /vectors/index/{name}/delete.
func (s *server) deleteItems(w http.ResponseWriter, r *http.Request) error {
	which, err := bodies.Read[vector.Select](r)
	if err != nil {
		return err
	}
	selection, err := selectionOf(which)
	if err != nil {
		return err
	}
	return s.answered(w, r, (*index).enterToChange, func(_ *index, open *durable.Index) (any, error) {
		deleted, count, err := open.Delete(r.Context(), selection)
		if err != nil {
			return nil, notDeleted(err)
		}
		s.metrics.changed(fateDeleted, deleted)
		return vector.Deleted{Deleted: deleted, Count: count}, nil
	})
}

// notDeleted says of items that could not be deleted what makes room where there is none.
func notDeleted(err error) error {
	if !errors.Is(err, storage.ErrDiskReserve) {
		return err
	}
	return wire.AsProblem(err).Advise("a deletion of items is written to the log of the index and makes no room by itself: drop an index or a snapshot, or erase the items")
}

// updateItems serves POST /vectors/index/{name}/metadata.
func (s *server) updateItems(w http.ResponseWriter, r *http.Request) error {
	update, err := bodies.Read[vector.Update](r)
	if err != nil {
		return err
	}
	selection, err := selectionOf(update.Select)
	if err != nil {
		return err
	}
	if len(update.Set) == 0 && len(update.Remove) == 0 {
		return wire.ErrBadRequest.Errorf(`there is nothing to change: give "set" with fields and values, or "remove" with names of fields`)
	}
	return s.answered(w, r, (*index).enterToChange, func(x *index, open *durable.Index) (any, error) {
		if err := s.textStays(r.Context(), x, update); err != nil {
			return nil, err
		}
		change := durable.Change{Set: update.Set, Remove: update.Remove}
		if err := s.registry.roomToChange(open.Engine(), selection, change); err != nil {
			return nil, err
		}
		updated, err := open.Update(r.Context(), selection, change)
		if err != nil {
			return nil, err
		}
		s.metrics.changed(fateUpdated, updated)
		return vector.Updated{Updated: updated}, nil
	})
}

// textStays refuses a change of metadata by which a text would differ from what its vector was
// made of.
func (s *server) textStays(ctx context.Context, x *index, change vector.Update) error {
	if x.pointer.Shape.Model == "" {
		return nil
	}
	fields, err := s.loader.TextFields(ctx, x.loads)
	if err != nil {
		return err
	}
	for _, field := range fields {
		if _, set := change.Set[field]; set || slices.Contains(change.Remove, field) {
			return vector.ErrBadItem.Errorf("the vectors of the index %s are made of texts (model %s), so the field %q changes with them alone: add the items again, or load them, with their new texts", x.name, x.pointer.Shape.Model, field).
				With("field", field)
		}
	}
	return nil
}

// selectionOf reads which items are meant: by ids or by a filter, and never all by
// leaving both out.
func selectionOf(which vector.Select) (durable.Selection, error) {
	filter, err := filterOf(which.Filter)
	switch {
	case err != nil:
		return durable.Selection{}, err
	case (filter == nil) == (which.IDs == nil):
		return durable.Selection{}, wire.ErrBadRequest.Errorf(`give either "ids" or "filter", which say what items are meant`)
	case filter != nil && filter.MatchesAll():
		return durable.Selection{}, vector.ErrBadFilter.Errorf("the filter leaves no item out, whatever they have, so it means every one; say which are meant, or drop the index")
	}
	return durable.Selection{IDs: which.IDs, Filter: filter}, nil
}

// filterOf reads a filter that may be missing.
func filterOf(raw vector.Filter) (*metadata.Filter, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	f, err := metadata.ParseFilter(raw)
	return &f, err
}

// getItem serves GET /vectors/index/{name}/items/{id}.
func (s *server) getItem(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "*")
	if plain, err := url.PathUnescape(id); err == nil && r.URL.RawPath != "" {
		id = plain
	}
	return s.answered(w, r, (*index).enter, func(_ *index, open *durable.Index) (any, error) {
		item, ok := open.Engine().Get(id)
		if !ok {
			return nil, vector.ErrItemNotFound.Errorf("the index has no item %.128q", id).Private()
		}
		return shown(item), nil
	})
}

func shown(item engine.Item) vector.Item {
	return vector.Item{ID: item.ID, Vector: item.Vector, Metadata: item.Metadata}
}

// scroll serves GET /vectors/index/{name}/scroll.
func (s *server) scroll(w http.ResponseWriter, r *http.Request) error {
	limit, err := pageSize(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	withVector, err := flag(q.Get("with_vector"))
	if err != nil {
		return err
	}
	filter, err := filterOf(json.RawMessage(q.Get("filter")))
	if err != nil {
		return err
	}
	return s.answered(w, r, (*index).enter, func(_ *index, open *durable.Index) (any, error) {
		items, err := open.Engine().Scroll(q.Get("cursor"), limit, filter, withVector)
		if err != nil {
			return nil, err
		}
		page := vector.Page{Items: make([]vector.Item, len(items))}
		for i, item := range items {
			page.Items[i] = shown(item)
		}
		if len(items) == limit {
			page.NextCursor = &page.Items[limit-1].ID
		}
		return page, nil
	})
}

func flag(text string) (bool, error) {
	switch text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, wire.ErrBadRequest.Errorf("with_vector is %.40q; it takes true or false", text)
}

// count serves POST /vectors/index/{name}/count.
func (s *server) count(w http.ResponseWriter, r *http.Request) error {
	of, err := bodies.Read[vector.Count](r)
	if err != nil {
		return err
	}
	filter, err := filterOf(of.Filter)
	if err != nil {
		return err
	}
	return s.answered(w, r, (*index).enter, func(_ *index, open *durable.Index) (any, error) {
		n, err := open.Engine().Count(filter)
		if err != nil {
			return nil, err
		}
		return vector.Counted{Count: n}, nil
	})
}
