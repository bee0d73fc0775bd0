package catalogd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// engine is the catalog once its pointers are read.
type engine struct {
	config    Config
	store     *store
	dir       *directory
	log       *slog.Logger
	metrics   *metrics
	cleaner   *cleaner
	retention retention
	moves     chan struct{} // held by the one who completes renames
}

// load reads every pointer of the bucket that is not known as it is. One that
// cannot be read costs its own dataset and no other: a listing shows that as it
// was, if it was.
func (e *engine) load(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	err := e.store.pages(ctx, pointerPrefix, func(objects []storage.Object) error {
		for _, o := range objects {
			n, ok := pointerName(o.Key)
			if !ok {
				continue
			}
			g.Go(func() error {
				_, err := e.known(gctx, n, o.ETag)
				if errors.Is(err, errBadPointer) {
					e.log.Error("a dataset cannot be used", "dataset", n.String(), "error", err)
					return nil
				}
				return err
			})
		}
		return nil
	})
	return errors.Join(err, g.Wait())
}

// known gives a dataset whose pointer in storage has the ETag, and reads it only
// if it is not known as that. nil means that it is not there any more.
func (e *engine) known(ctx context.Context, n catalog.Name, etag string) (*head, error) {
	ds := e.dir.open(n)
	defer e.dir.release(ds)
	h, err := ds.head.Load(), error(nil)
	if h == nil || h.etag != etag {
		h, err = e.reload(ctx, ds)
	}
	if err != nil || h.settled() {
		return h, err
	}
	return e.settle(ctx, ds)
}

var errBadPointer = errors.New("the pointer cannot be read")

// reload reads a dataset's pointer from storage and makes it current. nil means
// that there is none.
func (e *engine) reload(ctx context.Context, ds *dataset) (*head, error) {
	key, seen := pointerKey(ds.name), ds.head.Load()
	data, etag, err := e.store.read(ctx, key)
	if errors.Is(err, storage.ErrObjectNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, ownFile(key, err)
	}
	p, err := decodePointer(data)
	if err == nil && (catalog.Name{Namespace: p.Dataset.Namespace, Name: p.Dataset.Name}) != ds.name {
		err = fmt.Errorf("it belongs to %s.%s", p.Dataset.Namespace, p.Dataset.Name)
	}
	if err != nil {
		e.metrics.damaged.Inc()
		return nil, fmt.Errorf("%w: %s: %w", errBadPointer, key, err)
	}
	return e.dir.publish(ds, seen, &head{pointer: p, etag: etag}), nil
}

// current gives what a dataset is now, nil for a name that never had one. A rename
// that it is in is completed first.
func (e *engine) current(ctx context.Context, ds *dataset) (*head, error) {
	h, err := e.latest(ctx, ds)
	if err != nil || h.settled() {
		return h, err
	}
	return e.settle(ctx, ds)
}

// latest gives a dataset's pointer. Where another catalogd may write, storage is
// asked whether what is known still holds.
func (e *engine) latest(ctx context.Context, ds *dataset) (*head, error) {
	h := ds.head.Load()
	if doubt := ds.doubt.Swap(false); h == nil || doubt {
		h, err := e.reload(ctx, ds)
		if doubt && err != nil {
			ds.doubt.Store(true)
		}
		return h, err
	}
	if !e.config.Shared {
		return h, nil
	}
	return e.compared(ctx, ds, h)
}

// compared gives what is known of a dataset if storage says the same, else what
// storage says. A pointer that is gone makes no free name: the next registration
// would begin anew over what may be put back.
func (e *engine) compared(ctx context.Context, ds *dataset, known *head) (*head, error) {
	key := pointerKey(ds.name)
	found, err := e.store.Head(ctx, key)
	switch {
	case err == nil && found.ETag == known.etag:
		return known, nil
	case err != nil && !errors.Is(err, storage.ErrObjectNotFound):
		return nil, ownFile(key, err)
	}
	h, err := e.reload(ctx, ds)
	if h == nil && err == nil {
		err = catalog.ErrDatasetNotFound.Errorf("the pointer of %s (%s) is gone from storage; put it back from the backup, or restart catalogd to let the dataset go", ds.name, key).
			With("dataset", ds.name.String())
	}
	return h, err
}

var errUnsettled = errors.New("a write of the pointer got no answer and may still arrive")

// stored gives what a dataset is by storage, nil for a free name, for someone who
// is to remove what it does not name: every commit that began before is in it,
// and none that got no answer can come in later.
func (e *engine) stored(ctx context.Context, ds *dataset) (h *head, err error) {
	select {
	case ds.token <- struct{}{}:
		<-ds.token
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if h = ds.head.Load(); h == nil {
		h, err = e.reload(ctx, ds)
	} else {
		h, err = e.compared(ctx, ds, h)
	}
	if err == nil && !ds.settled(h) {
		err = fmt.Errorf("%s: %w", ds.name, errUnsettled)
	}
	return h, err
}

// lookup gives the dataset of a name that a reader asks for.
func (e *engine) lookup(ctx context.Context, text string) (*head, error) {
	n, h, err := e.named(ctx, text)
	switch {
	case err == nil && !h.live():
		err = e.absent(n, h)
	case err == nil && h.view():
		err = isView(n)
	}
	return h, err
}

// named gives what a name has that a reader asks for; nil: it never had anything.
func (e *engine) named(ctx context.Context, text string) (n catalog.Name, h *head, err error) {
	if n, err = catalog.ParseName(text); err != nil {
		return n, nil, err
	}
	ds := e.dir.find(n)
	if ds == nil {
		// Another catalogd may have made it. A name that is not there either is
		// not remembered, so that guesses cost no memory.
		switch _, err := e.store.Head(ctx, pointerKey(n)); {
		case errors.Is(err, storage.ErrObjectNotFound):
			return n, nil, nil
		case err != nil:
			return n, nil, err
		}
		ds = e.dir.open(n)
	}
	defer e.dir.release(ds)
	h, err = e.current(ctx, ds)
	return n, h, err
}

// table gives the Iceberg table behind a head.
func (e *engine) table(ctx context.Context, h *head) (*iceTable, error) {
	if t := h.table.Load(); t != nil {
		e.dir.tables.used(h)
		return t, nil
	}
	h.reading.Lock()
	defer h.reading.Unlock()
	if t := h.table.Load(); t != nil {
		return t, nil
	}
	t, err := e.store.loadTable(ctx, h.pointer)
	if err == nil {
		h.table.Store(t)
		e.dir.tables.loaded(h)
	}
	return t, err
}
