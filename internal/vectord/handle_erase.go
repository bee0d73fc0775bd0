package vectord

import (
	"context"
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// erase serves POST /vectors/index/{name}/erase.
func (s *server) erase(w http.ResponseWriter, r *http.Request) error {
	want, err := bodies.Read[vector.Erase](r)
	if err != nil {
		return err
	}
	selection, err := selectionOf(want.Select)
	if err != nil {
		return err
	}
	return s.changing(r, func(x *index, open *durable.Index) error {
		if err := s.registry.nothingLeft(r.Context(), x); err != nil {
			return err
		}
		if err := x.copying.Lock(r.Context()); err != nil { // no snapshot comes in between, nor a restored index in the place of this one
			return err
		}
		defer x.copying.Unlock()
		snapshots, err := s.erasable(r.Context(), x, open, want, selection)
		if err != nil {
			return err
		}
		loadsMayBegin, err := s.loader.Forget(r.Context(), x.loads)
		if err != nil {
			return err
		}
		defer loadsMayBegin()
		if err := s.registry.erasures.begin(r.Context(), x, want.Filter, selection.Filter); err != nil {
			return err
		}
		erased, err := open.Erase(r.Context(), selection)
		if err != nil {
			return err
		}
		if x.persisted() {
			if err := s.registry.snapshots.dropAll(r.Context(), x.name); err != nil {
				return err
			}
		}
		s.metrics.changed(fateErased, erased.Items)
		return wire.WriteJSON(w, http.StatusOK, vector.Erased{Erased: erased.Items, LogObjects: erased.LogObjects, Generations: erased.Generations, Bytes: erased.Bytes, Snapshots: snapshots})
	})
}

// erasable tells whether an erasure can be begun, of which nothing is done yet, and the
// snapshots that go with it.
func (s *server) erasable(ctx context.Context, x *index, open *durable.Index, want vector.Erase, which durable.Selection) (snapshots []string, err error) {
	if x.replaced() {
		return nil, vector.ErrIndexLoading.Errorf("the index %s was dropped or replaced meanwhile; nothing was erased from what is there now: send it again", x.name).After(time.Second)
	}
	if gone := s.registry.left(x.name); gone != nil { // since; it may wait for somebody who waits for this one
		return nil, gone.inTheWay(x.name)
	}
	snapshots = []string{}
	if x.persisted() {
		if snapshots, err = s.registry.snapshots.confirmed(ctx, x.name, want.Snapshots); err != nil {
			return nil, err
		}
	}
	if err := s.registry.erasures.askable(ctx, x, open.Engine(), want.Filter, which.Filter); err != nil {
		return nil, err
	}
	return snapshots, open.Erasable(ctx)
}
