package catalogd

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	maxPrepares = 5 // when the schema changes under a registration's hands

	// sharedAge is far below minIngest, so that clocks may differ by hours.
	sharedAge = time.Hour
)

// register makes a new version, or finds that it is there already (created is
// false then).
func (e *engine) register(ctx context.Context, r *registration) (answer catalog.Registered, created bool, err error) {
	ds := e.dir.open(r.name)
	defer e.dir.release(ds)
	if answer, found, err := e.again(ctx, ds, r); found || err != nil {
		return answer, false, err
	}
	objects, err := e.store.locate(ctx, r.Objects)
	if err != nil {
		return answer, false, err
	}
	if r.ContentHash == "" && r.Mode != catalog.Rewrite {
		r.ContentHash = contentHash(objects)
		if answer, found, err := e.again(ctx, ds, r); found || err != nil {
			return answer, false, err
		}
	}
	sources, err := e.store.inspect(ctx, objects)
	if err != nil {
		return answer, false, err
	}
	for range maxPrepares {
		answer, created, err = e.attempt(ctx, ds, r, sources)
		if !errors.Is(err, errPrepareAgain) {
			break
		}
		err = catalog.ErrDatasetChanged.Errorf("the schema of %s changed %d times meanwhile; try again", r.name, maxPrepares)
	}
	service.Annotate(ctx, slog.String("dataset", r.name.String()), slog.Int64("version", answer.Version), slog.Bool("unchanged", answer.Unchanged))
	return answer, created, err
}

// again answers a registration that was answered before, without any work.
func (e *engine) again(ctx context.Context, ds *dataset, r *registration) (answer catalog.Registered, found bool, err error) {
	h, err := e.current(ctx, ds)
	if err == nil && h.view() {
		err = viewInTheWay(ds.name)
	}
	if !h.live() || err != nil {
		return answer, false, err
	}
	known, err := e.ledger(ctx, h)
	if err != nil {
		return answer, false, err
	}
	earlier, err := known.earlier(h.Dataset.DatasetID, r, time.Now())
	if earlier == nil || err != nil {
		return answer, false, err
	}
	answer, err = e.recall(ctx, h, *earlier, r.key)
	return answer, true, err
}

// attempt brings the objects under the dataset as it is now and queues for the
// commit. Copies that certainly no version holds in the end are removed.
func (e *engine) attempt(ctx context.Context, ds *dataset, r *registration, sources []source) (catalog.Registered, bool, error) {
	q := &request{registration: r, ctx: ctx, done: make(chan struct{})}
	copies, err := e.prepare(ctx, ds, q, sources)
	if err != nil {
		e.removeCopies(ctx, copies)
		return catalog.Registered{}, false, err
	}
	e.submit(ds, q)
	if refused(q.err) || q.err == nil && !q.created {
		e.removeCopies(ctx, copies)
	}
	return q.answer, q.created, q.err
}

// refused tells an error after which no version refers to the registration's
// files from one after which it may.
func refused(err error) bool {
	var p *wire.Problem
	return errors.Is(err, errPrepareAgain) || errors.Is(err, errLeft) || errors.As(err, &p) && p.Kind.Status < 500
}

// prepare finds the schema that the registration would give the dataset, and
// makes the data files for it.
func (e *engine) prepare(ctx context.Context, ds *dataset, q *request, sources []source) (copies []string, err error) {
	h, err := e.current(ctx, ds)
	if err == nil && h.view() {
		err = viewInTheWay(ds.name)
	}
	if err != nil {
		return nil, err
	}
	named := q.Columns
	q.begins = !h.live()
	if h.live() && len(named) == 0 && len(sources) == 0 {
		named = h.Columns
	}
	p, err := e.newPlan(ctx, h)
	if err != nil {
		return nil, err
	}
	if q.wanted, err = wantedColumns(named, sources, q.Schema == catalog.EvolveSchema); err != nil {
		return nil, err
	}
	if err = p.rewritable(q.registration); err != nil {
		return nil, err
	}
	if q.made, err = fit(p.state, p.schema, q.Schema, q.wanted, p.whole(q.registration)); err != nil {
		return nil, err
	}
	if q.claimed, err = e.folder(ds, h, q.registration); err != nil {
		return nil, err
	}
	made, err := e.store.adopt(ctx, q.claimed, sources, q.made.schema, e.inPlace, e.config.Spool)
	q.files = made.files
	return made.copies, err
}

// inPlace tells whether an object in the dataset's folder may be part of a version
// as it lies there, and makes sure that it stays. Another catalogd cannot be asked
// what it is about to remove: in a shared bucket only what is much too young for
// that is taken, and the rest is copied.
func (e *engine) inPlace(o storage.Object) bool {
	if e.config.Shared && time.Since(o.ModifiedAt) > sharedAge {
		return false
	}
	return e.cleaner.mayAdopt(o.Key)
}

// folder gives the id of the folder that the files belong under.
func (e *engine) folder(ds *dataset, h *head, r *registration) (string, error) {
	id := r.DatasetID
	switch {
	case h.live():
		return h.Dataset.DatasetID, nil
	case h.knew(id):
		return "", catalog.ErrDatasetChanged.Errorf("the dataset %s was dropped or renamed meanwhile, and %s is free; read its manifest and begin again", id, r.name).
			With("dataset_id", id)
	case id == "":
		id = catalog.NewID()
	}
	if !e.dir.claim(id, ds) {
		return "", wire.ErrBadRequest.Errorf("dataset_id %s belongs to another dataset; leave it out, or take a fresh UUID", id)
	}
	return id, nil
}

// removeCopies removes what nothing refers to, also when the client has left. What
// cannot be removed now, orphan removal finds.
func (e *engine) removeCopies(ctx context.Context, keys []string) {
	if left, err := e.store.Discard(ctx, keys); err != nil {
		e.log.Warn("copies for a registration that made no version were left in storage, until orphans are looked for", "keys", left, "error", err)
	}
}
