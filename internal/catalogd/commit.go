package catalogd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	commitTimeout = 30 * time.Second
	maxSwaps      = 20 // lost to another catalogd, before the client is asked to come again
	swapPause     = 20 * time.Millisecond
)

// attempt is a version, or an edit, that was written, and whose pointer may have
// been.
type attempt struct {
	*plan
	*staged
	edit *request // nil: a version of registrations
}

// errLeft is the end of a registration whose client left before the commit, so
// that it is in no version.
var errLeft = errors.New("the client left before the commit")

// commit answers every request of a batch. It does not end with the client
// whose goroutine it runs on: others wait for it too.
func (e *engine) commit(ds *dataset, batch []*request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), commitTimeout)
	defer cancel()
	defer e.metrics.took(time.Now())
	for _, r := range batch {
		if left := r.ctx.Err(); left != nil {
			r.finish(catalog.Registered{}, false, fmt.Errorf("%w: %w", errLeft, left))
		}
	}
	err := e.commitBatch(ctx, ds, batch)
	for _, r := range batch {
		if !r.finished() {
			r.finish(catalog.Registered{}, false, err)
		}
	}
}

// commitBatch plans, writes and swaps until the batch is in or refused. An
// error is for all that have no answer by then.
func (e *engine) commitBatch(ctx context.Context, ds *dataset, batch []*request) error {
	base, err := e.current(ctx, ds)
	if err != nil {
		return err
	}
	var lost []attempt
	for range maxSwaps {
		a, err := e.stageAny(ctx, base, batch)
		if a == nil || err != nil {
			return err
		}
		made, swapErr := e.swap(ctx, ds, base, a)
		if swapErr == nil {
			e.dir.publish(ds, base, made)
			e.landed(ds, a)
			return nil
		}
		// The pointer may be ours all the same: an answer can be lost behind
		// storaged, and a repeated write is then refused by the first.
		lost = append(lost, *a)
		refused := errors.Is(swapErr, storage.ErrPreconditionFailed)
		upon := base
		if base, err = e.reload(ctx, ds); err != nil {
			ds.unsure(upon)
			return unavailable(errors.Join(swapErr, err))
		}
		for i := range lost {
			switch in, err := e.holds(ctx, base, &lost[i]); {
			case err != nil:
				ds.unsure(upon)
				return unavailable(err)
			case in:
				e.landed(ds, &lost[i])
				return nil
			}
		}
		if !refused { // it may still arrive, so what it refers to must stay
			ds.unsure(upon)
			return ownFile(pointerKey(ds.name), swapErr)
		}
		if base.knew(a.state.Dataset.DatasetID) { // and has no history to look for it in
			return wire.ErrUnavailable.Errorf("%s was dropped or renamed while it was written to, and whether it was written to before that cannot be told; look at it, and try again", ds.name).After(time.Second)
		}
		e.metrics.conflicts.Inc()
		for _, b := range a.staged.blobs {
			e.cleaner.remove(0, b.key)
		}
		if !base.settled() {
			if base, err = e.settle(ctx, ds); err != nil {
				return err
			}
		}
		wait(ctx, rand.N(swapPause))
	}
	return wire.ErrUnavailable.Errorf("other writers were faster %d times at %s; try again", maxSwaps, ds.name).After(time.Second)
}

// stageAny plans what a batch asks for: registrations, or one edit.
func (e *engine) stageAny(ctx context.Context, base *head, batch []*request) (*attempt, error) {
	if len(batch) > 0 && batch[0].edit != nil {
		return e.stageEdit(ctx, base, batch[0])
	}
	return e.stageBatch(ctx, base, batch)
}

// stageBatch plans a version upon base and writes all of it but the pointer. It
// answers the requests that need no version; nil means that none is left.
func (e *engine) stageBatch(ctx context.Context, base *head, batch []*request) (*attempt, error) {
	if base.view() {
		return nil, viewInTheWay(batch[0].name)
	}
	p, err := e.newPlan(ctx, base)
	if err != nil {
		return nil, err
	}
	p.advance()
	for _, r := range batch {
		if r.finished() {
			continue
		}
		earlier, err := p.add(r)
		switch {
		case err != nil:
			r.finish(catalog.Registered{}, false, err)
		case earlier != nil && p.brings(earlier):
			p.repeats = append(p.repeats, repeat{request: r, of: *earlier})
		case earlier != nil:
			answer, err := e.recall(ctx, base, *earlier, r.key)
			r.finish(answer, false, err)
		}
	}
	if len(p.accepted) == 0 {
		return nil, nil
	}
	st, err := e.store.stage(ctx, p.before, p.baseKey(), p.change(), e.retention)
	if err != nil {
		return nil, err
	}
	st.blobs = append(st.blobs, p.blobs...)
	p.made(st)
	if err := e.store.writeAll(ctx, st.blobs); err != nil {
		return nil, err
	}
	return &attempt{plan: p, staged: st}, nil
}

// swap replaces the pointer, if it still is what the plan was made upon.
func (e *engine) swap(ctx context.Context, ds *dataset, base *head, a *attempt) (*head, error) {
	made, err := e.point(ctx, ds, base, a.state)
	if err != nil {
		return nil, err
	}
	made.table.Store(a.table)
	if len(a.ledger.segments) == len(a.state.Archive) {
		segments := a.ledger.segments // of its own, or the head would hold on to the whole attempt
		made.segments.Store(&segments)
	}
	return made, nil
}

// point writes a pointer, if it still is what base says (nil: there is none).
func (e *engine) point(ctx context.Context, ds *dataset, base *head, next *pointer) (*head, error) {
	only := storage.Condition{IfNoneMatch: true}
	next.Format, next.Revision = next.format(), 1
	if base != nil {
		only = storage.Condition{IfMatch: base.etag}
		next.Revision = base.Revision + 1
	}
	text, err := next.encode()
	if err != nil {
		return nil, err
	}
	stored, _, err := e.store.Put(ctx, pointerKey(ds.name), bytes.NewReader(text), int64(len(text)), only)
	if err != nil {
		return nil, err
	}
	return &head{pointer: next, etag: stored.ETag}, nil
}

// holds tells whether a version is part of a dataset's history, or an edit done.
func (e *engine) holds(ctx context.Context, h *head, a *attempt) (bool, error) {
	if a.edit != nil {
		return e.done(ctx, h, a.edit)
	}
	if !h.live() || h.view() || h.Dataset.DatasetID != a.state.Dataset.DatasetID {
		return false, nil
	}
	if h.SnapshotID == a.snapshotID {
		return true, nil
	}
	t, err := e.table(ctx, h)
	if err != nil {
		return false, err
	}
	_, found := t.snapshotWith(a.snapshotID)
	return found, nil
}

// landed answers the requests of a version that is in.
func (e *engine) landed(ds *dataset, a *attempt) {
	if a.edit != nil {
		defer a.edit.finish(catalog.Registered{}, true, nil)
		e.metrics.edits.WithLabelValues(a.edit.edit.op).Inc()
	}
	if a.advanced {
		e.metrics.committed(len(a.accepted))
	}
	e.metrics.expired.Add(float64(len(a.expired)))
	e.cleaner.expire(expiredOf{ds, a.state.Dataset.DatasetID}, a.expired)
	e.cleaner.remove(metadataGrace, a.dropped...)
	for _, location := range a.superseded {
		if key, err := e.store.key(location); err == nil {
			e.cleaner.remove(metadataGrace, key)
		}
	}
	for _, r := range a.accepted {
		r.finish(answerFrom(a.state, r.addedRows(), r.Note), true, nil)
	}
	for _, r := range a.repeats {
		answer := answerFrom(a.state, r.of.AddedRows, r.of.Note)
		answer.Unchanged = true
		r.finish(answer, false, nil)
	}
}

// wait lets another catalogd finish; two that try at once would disturb each
// other for ever.
func wait(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// answerFrom describes the version that a pointer names.
func answerFrom(s *pointer, addedRows int64, note []byte) catalog.Registered {
	d := s.Dataset
	return catalog.Registered{
		Dataset: d.Name, Namespace: d.Namespace, DatasetID: d.DatasetID, Version: d.Version, SnapshotID: s.SnapshotID,
		Fingerprint: d.Fingerprint, Rows: d.Rows, AddedRows: addedRows, Bytes: d.Bytes, Columns: s.Columns, Note: note,
	}
}

// recall answers a request that was answered before. One that is known by its
// key gets the version that it made, also if that is not kept any longer; one
// known by its content, the current one, which holds it.
func (e *engine) recall(ctx context.Context, h *head, r receipt, key string) (catalog.Registered, error) {
	answer := answerFrom(h.pointer, r.AddedRows, r.Note)
	answer.Unchanged = true
	if key == "" || r.Key != key || r.Answer == nil || r.Version == h.Dataset.Version {
		return answer, nil
	}
	t, err := e.table(ctx, h)
	if err != nil {
		return answer, err
	}
	if answer.Columns, err = t.columnsOf(r.Answer.SchemaID); err != nil {
		return answer, fmt.Errorf("version %d of %s: %w", r.Version, answer.Dataset, err)
	}
	for i, c := range answer.Columns {
		_, answer.Columns[i].Unvalued = slices.BinarySearch(r.Answer.Unvalued, c.FieldID)
	}
	answer.Version, answer.SnapshotID = r.Version, r.Answer.SnapshotID
	answer.Fingerprint = catalog.Fingerprint(answer.Columns)
	answer.Rows, answer.Bytes = r.Answer.Rows, r.Answer.Bytes
	return answer, nil
}
