package vectord

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// loads are what the last load of each index is, or was, in storage: a start goes on with
// one that was running. Those of an index that lives in memory alone are not kept.
type loads struct{ storage *storage.Client }

// record is what is kept of a load: what is told of it, and what the next one, or the same
// after a restart, has to know.
type record struct {
	vector.Load
	Pinned query.Reads `json:"pinned"` // the versions that it reads, whatever is newer
	// Sequence is that of the index at its end where nobody else changed the index while it
	// ran; 0 where somebody did.
	Sequence uint64 `json:"sequence"`
}

// follows tells that a load finds what the one before it left: the same rows over the
// same versions, and an index that nobody has changed.
func (r record) follows(before record, sequence uint64) bool {
	return before.State == vector.LoadSucceeded && before.Sequence > 0 && before.Sequence == sequence &&
		sameRows(before.NewLoad, r.NewLoad) && r.Pinned.Repeatable && slices.Equal(before.Pinned.Sources, r.Pinned.Sources)
}

// sameRows tells whether two loads take the same rows, and leave no others.
func sameRows(a, b vector.NewLoad) bool {
	a.Force, a.AllowEmpty = b.Force, b.AllowEmpty
	return a == b
}

// last reads what the last load of an index was.
func (l loads) last(ctx context.Context, x *index) (load record, err error) {
	missing := vector.ErrLoadNotFound.Errorf("nothing was loaded into the index %s yet; POST /vectors/index/%s/load does it", x.name, x.name)
	if !x.persisted() {
		return load, missing
	}
	if x.pointer.broken != nil {
		return load, x.failure()
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
func (l loads) keep(ctx context.Context, x *index, load record) error {
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
