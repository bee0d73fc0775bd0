package catalogd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/apache/iceberg-go/table"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// edit is a change that brings no objects: of a dataset a tag, a rollback, a drop; of a
// view every change.
// It queues with the registrations and is committed by itself.
type edit struct {
	alteration
	op      string // its sort, as metrics and receipts name it
	key     string // Idempotency-Key, or ""
	request string // what the key stands for
}

// alteration is what an edit does.
type alteration interface {
	// on says what the name has to have.
	on() subject
	// apply works the change into a plan, fills the result and gives what is to be
	// written; nil means that the dataset is as wanted already. It is asked again,
	// upon what the dataset is then, where another writer was faster or the answer
	// of storage was lost: it has to know its own work.
	apply(ctx context.Context, e *engine, p *plan) (*staged, error)
	// makesRoom tells that files can be removed after it, now or in time: what it
	// writes may go into the reserve of a disk, or nothing would ever leave a full one.
	makesRoom() bool
	// result points to what the client is answered. It is kept as JSON for a retry
	// with the same key.
	result() any
}

// newEdit makes an edit of one sort (op); params are what a key stands for.
func newEdit(op string, a alteration, key string, params ...any) (*edit, error) {
	if len(key) > maxKeyBytes {
		return nil, wire.ErrBadRequest.Errorf("%s has %d bytes; at most %d", wire.HeaderIdempotencyKey, len(key), maxKeyBytes).With("limit", maxKeyBytes)
	}
	request, err := requestOf(op, params...)
	return &edit{alteration: a, op: op, key: key, request: request}, err
}

// requestOf gives what a key stands for.
func requestOf(op string, params ...any) (string, error) {
	text, err := json.Marshal(append([]any{op}, params...))
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// edit changes a dataset; changed is false where it was as wanted already.
func (e *engine) edit(ctx context.Context, n catalog.Name, ed *edit) (changed bool, err error) {
	ds := e.dir.open(n)
	defer e.dir.release(ds)
	if ed.makesRoom() {
		ctx = storage.IntoReserve(ctx)
	}
	q := &request{edit: ed, ctx: ctx, done: make(chan struct{})}
	e.submit(ds, q)
	service.Annotate(ctx, slog.String("dataset", n.String()), slog.Bool("unchanged", !q.created))
	return q.created, q.err
}

// stageEdit plans an edit upon base and writes all of it but the pointer. nil means
// that it is answered.
func (e *engine) stageEdit(ctx context.Context, base *head, r *request) (*attempt, error) {
	if r.finished() {
		return nil, nil
	}
	p, err := e.newPlan(ctx, base)
	if err != nil {
		return nil, err
	}
	if found, err := p.edited(r.edit); found || err != nil {
		r.finish(catalog.Registered{}, false, err)
		return nil, nil
	}
	if err := base.suits(r.edit.on()); err != nil {
		r.finish(catalog.Registered{}, false, err)
		return nil, nil
	}
	st, err := r.edit.apply(ctx, e, p)
	if st == nil || err != nil {
		r.finish(catalog.Registered{}, false, err)
		return nil, nil
	}
	if err := p.remember(r.edit); err != nil {
		return nil, err
	}
	st.blobs = append(st.blobs, p.blobs...)
	if err := e.store.writeAll(ctx, st.blobs); err != nil {
		return nil, err
	}
	return &attempt{plan: p, staged: st, edit: r}, nil
}

// edited answers an edit whose key was answered before.
func (p *plan) edited(ed *edit) (found bool, err error) {
	return p.ledger.said(ed.key, ed.request, p.clock, ed.result())
}

// said fills the answer that a key was given, if it was given one to the same request.
func (l ledger) said(key, request string, now time.Time, answer any) (found bool, err error) {
	if key == "" {
		return false, nil
	}
	earlier, found := l.byKey(key, now)
	switch {
	case !found:
		return false, nil
	case earlier.Request != request:
		return false, keyReused(key)
	}
	return true, json.Unmarshal(earlier.Said, answer)
}

// remember keeps the answer to an edit for its key.
func (p *plan) remember(ed *edit) error {
	if ed.key != "" {
		said, err := json.Marshal(ed.result())
		if err != nil {
			return err
		}
		p.ledger.recent = append(p.ledger.recent.still(0, p.keeping()), receipt{
			At: p.now, Version: p.state.Dataset.Version, Gone: true,
			Key: ed.key, Request: ed.request, Mode: catalog.Mode(ed.op), Said: said,
		})
	}
	p.state.Receipts, p.state.Archive = p.ledger.recent, p.ledger.refs
	return nil
}

// done tells whether a dataset is as an edit wants it.
func (e *engine) done(ctx context.Context, h *head, r *request) (bool, error) {
	p, err := e.newPlan(ctx, h)
	if err != nil {
		return false, err
	}
	if found, err := p.edited(r.edit); found || err != nil {
		return found, nil // a key that another request took is told at the next try
	}
	if h.suits(r.edit.on()) != nil {
		return false, nil
	}
	st, err := r.edit.apply(ctx, e, p)
	return st == nil && err == nil, nil
}

// restage makes the next metadata of a table, without a new version. Nothing is
// written yet.
func (s *store) restage(p *plan, change func(*table.MetadataBuilder) error) (*staged, error) {
	b, err := table.MetadataBuilderFromBase(p.before.meta, s.location(p.base.MetadataKey))
	if err != nil {
		return nil, err
	}
	if err := change(b); err != nil {
		return nil, err
	}
	after := *p.before
	if err := changedNow(b, p.before.meta); err != nil {
		return nil, err
	}
	if after.meta, err = b.Build(); err != nil {
		return nil, err
	}
	st := &staged{
		table: &after, snapshotID: p.base.SnapshotID, schemaID: after.meta.CurrentSchema().ID,
		metadataKey: metadataKey(p.base.Dataset), superseded: forgotten(p.before.meta, after.meta),
	}
	text, err := after.text()
	if err != nil {
		return nil, err
	}
	st.blobs = []blob{{key: st.metadataKey, data: text}}
	p.state.MetadataKey = st.metadataKey
	return st, nil
}

// changedNow dates the next metadata of a table that gets no snapshot: to now, or to
// what it was made upon, where the clock has gone back; readers refuse metadata that is
// older than its own history. The builder knows the clock's time and that of the
// snapshot that was added last, and no other: so one comes and goes.
func changedNow(b *table.MetadataBuilder, before table.Metadata) error {
	last := before.LastUpdatedMillis()
	if b.SetLastUpdatedMS().LastUpdatedMS() >= last {
		return nil
	}
	passing := &table.Snapshot{SnapshotID: newSnapshotID(), SequenceNumber: before.LastSequenceNumber() + 1, TimestampMs: last}
	if err := b.AddSnapshot(passing); err != nil {
		return err
	}
	return b.RemoveSnapshots([]int64{passing.SnapshotID}, false)
}

// metadataKey is a fresh one for a dataset's next metadata file.
func metadataKey(d catalog.Dataset) string {
	return catalog.MetadataPrefix(d.DatasetID) + fmt.Sprintf("%05d-%s.metadata.json", d.Version, catalog.NewID())
}
