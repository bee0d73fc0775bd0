package vectord

import (
	"bytes"
	"context"
	"encoding/json"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// loads are what the last load of each index is, or was, in storage: a start goes on with
// one that was running. Those of an index that lives in memory alone are not kept.
type loads struct{ storage *storage.Client }

// last reads what the last load of an index was.
func (l loads) last(ctx context.Context, x *index) (load vector.Load, err error) {
	missing := vector.ErrLoadNotFound.Errorf("nothing was loaded into the index %s yet; POST /vectors/index/%s/load does it", x.name, x.name)
	if !x.persisted() {
		return load, missing
	}
	// Most indexes have none, and a start asks for each: a listing is no error in any log.
	page, err := l.storage.List(ctx, loadKey(x.pointer.ID), "", "", 1)
	if err != nil {
		return load, err
	}
	if len(page.Objects) == 0 {
		return load, missing
	}
	body, _, err := l.storage.Get(ctx, loadKey(x.pointer.ID), storage.Range{})
	if err != nil {
		return load, err
	}
	defer body.Close()
	return load, wire.DecodeJSON(body, &load)
}

// keep writes what a load is, or was.
func (l loads) keep(ctx context.Context, x *index, load vector.Load) error {
	if !x.persisted() {
		return nil
	}
	raw, err := json.Marshal(load)
	if err != nil {
		return err
	}
	_, _, err = l.storage.Put(ctx, loadKey(x.pointer.ID), bytes.NewReader(raw), int64(len(raw)), storage.Condition{})
	return err
}

// forget removes it.
func (l loads) forget(ctx context.Context, x *index) error {
	if !x.persisted() {
		return nil
	}
	return l.storage.Delete(ctx, loadKey(x.pointer.ID))
}
