package vectord

import (
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

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
	return s.changing(r, func(x *index, open *durable.Index) error {
		x.copying.Lock() // no snapshot comes in between, nor a restored index in the place of this one
		defer x.copying.Unlock()
		if x.replaced() {
			return vector.ErrIndexLoading.Errorf("the index %s was dropped or replaced meanwhile; nothing was erased from what is there now: send it again", x.name).After(time.Second)
		}
		gone := []string{}
		var err error
		if x.persisted() {
			gone, err = s.registry.snapshots.confirmed(r.Context(), x.name, want.Snapshots)
		}
		if err == nil {
			err = s.registry.erasures.askable(r.Context(), x, open.Engine(), want.Filter, selection.Filter) // what is not takes no snapshot along
		}
		if err == nil {
			err = open.Erasable(r.Context())
		}
		if err != nil {
			return err
		}
		loadsMayBegin, err := s.loader.forget(r.Context(), x)
		if err != nil {
			return err
		}
		defer loadsMayBegin()
		if err := s.registry.erasures.begin(r.Context(), x, want.Filter, selection.Filter); err != nil {
			return err
		}
		erased, err := open.Erase(r.Context(), selection)
		if err == nil && x.persisted() {
			err = s.registry.snapshots.dropAll(r.Context(), x.name)
		}
		if err != nil {
			return err
		}
		s.metrics.changed(fateErased, erased.Items)
		return wire.WriteJSON(w, http.StatusOK, vector.Erased{Erased: erased.Items, LogObjects: erased.LogObjects, Generations: erased.Generations, Bytes: erased.Bytes, Snapshots: gone})
	})
}
