package loading

import (
	"bytes"
	"context"
	"io"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
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
	Sequence    uint64      `json:"sequence"`
	TextColumns textColumns `json:"text_columns,omitempty"`
	IndexID     string      `json:"index_id"` // whose it is
}

// maxLoadRecord bounds what is kept of a load, in bytes: a statement is part of a request.
const maxLoadRecord = 64 << 20

// key is where it lies.
func key(id string) string { return durable.Folder(id) + "load.json" }

// lost is what is told of a load of which nothing is known but that there was one.
func lost(x *Target, why string) record {
	p := vector.ErrLoadLost.Errorf("what was kept of the last load of the index %s (%s) cannot be read: %s. If it was running it does not go on: load again, which replaces it", x.Name, key(x.ID), why)
	return record{Load: vector.Load{State: vector.LoadLost, Problem: p}}
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

// last reads what the last load of an index was. What is damaged, or another index's, is
// told as lost.
func (l loads) last(ctx context.Context, x *Target) (record, error) {
	if err := l.any(ctx, x); err != nil {
		return record{}, err
	}
	return l.read(ctx, x)
}

// any looks whether there was a load, and is [vector.ErrLoadNotFound] where there was none.
func (l loads) any(ctx context.Context, x *Target) error {
	missing := vector.ErrLoadNotFound.Errorf("nothing was loaded into the index %s yet; POST /vectors/index/%s/load does it", x.Name, x.Name)
	if !x.Persisted {
		return missing
	}
	// Most indexes have none, and a start asks for each: a listing is no error in any log.
	page, err := l.storage.List(ctx, key(x.ID), "", "", 1)
	if err == nil && len(page.Objects) == 0 {
		err = missing
	}
	return err
}

func (l loads) read(ctx context.Context, x *Target) (load record, err error) {
	body, _, err := l.storage.Get(ctx, key(x.ID), storage.Range{})
	if err != nil {
		return load, err
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, maxLoadRecord))
	if err != nil {
		return load, err
	}
	if err := sealed.DecodeRecordWithin(bytes.NewReader(raw), maxLoadRecord, &load); err != nil {
		return lost(x, err.Error()), nil
	}
	if load.IndexID != x.ID {
		return lost(x, "it is of another index"), nil
	}
	return load, nil
}

// keep writes what a load is, or was.
func (l loads) keep(ctx context.Context, x *Target, load record) error {
	if !x.Persisted {
		return nil
	}
	load.IndexID = x.ID
	raw, err := sealed.EncodeRecordWithin(load, maxLoadRecord)
	if err != nil {
		return err
	}
	ctx, cancel := certain.Staying(ctx)
	defer cancel()
	_, _, err = l.storage.Put(ctx, key(x.ID), bytes.NewReader(raw), int64(len(raw)), storage.Condition{})
	return err
}

// forget removes it.
func (l loads) forget(ctx context.Context, x *Target) error {
	if !x.Persisted {
		return nil
	}
	return l.storage.Delete(ctx, key(x.ID))
}
