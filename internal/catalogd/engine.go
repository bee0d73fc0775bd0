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
	config  Config
	store   *store
	dir     *directory
	log     *slog.Logger
	metrics *metrics
	cleaner *cleaner
	keep    retention
}

// load reads every pointer of the bucket. One that cannot be read costs its own
// dataset and no other.
func (e *engine) load(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	err := e.eachPointer(ctx, func(n catalog.Name, _ storage.Object) {
		g.Go(func() error { return e.reloadUsable(gctx, e.dir.open(n)) })
	})
	return errors.Join(err, g.Wait())
}

// reloadUsable reads a dataset's pointer again. One that is damaged is logged
// and left out: a listing shows the dataset as it was, if it was.
func (e *engine) reloadUsable(ctx context.Context, ds *dataset) error {
	_, err := e.reload(ctx, ds)
	if errors.Is(err, errBadPointer) {
		e.log.Error("a dataset cannot be used", "dataset", ds.name.String(), "error", err)
		return nil
	}
	return err
}

// eachPointer lists the pointers in the bucket.
func (e *engine) eachPointer(ctx context.Context, visit func(catalog.Name, storage.Object)) error {
	cursor := ""
	for {
		page, err := e.store.List(ctx, pointerPrefix, "", cursor, 0)
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			if n, ok := pointerName(o.Key); ok {
				visit(n, o)
			}
		}
		if page.NextCursor == nil {
			return nil
		}
		cursor = *page.NextCursor
	}
}

var errBadPointer = errors.New("the pointer cannot be read")

// reload reads a dataset's pointer from storage and makes it current. nil means
// that there is none.
func (e *engine) reload(ctx context.Context, ds *dataset) (*head, error) {
	key := pointerKey(ds.name)
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
		return nil, fmt.Errorf("%w: %s: %w", errBadPointer, key, err)
	}
	return e.dir.publish(ds, &head{pointer: p, etag: etag}), nil
}

// current gives what a dataset is now, nil for a free name. Where another
// catalogd may write, storage is asked whether what is known still holds.
func (e *engine) current(ctx context.Context, ds *dataset) (*head, error) {
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
	found, err := e.store.Head(ctx, pointerKey(ds.name))
	if err != nil {
		return nil, ownFile(pointerKey(ds.name), err)
	}
	if found.ETag == h.etag {
		return h, nil
	}
	return e.reload(ctx, ds)
}

// lookup gives the dataset of a name that a reader asks for.
func (e *engine) lookup(ctx context.Context, text string) (*head, error) {
	n, err := catalog.ParseName(text)
	if err != nil {
		return nil, err
	}
	ds := e.dir.find(n)
	if ds == nil {
		// Another catalogd may have made it. A name that is not there either is
		// not remembered, so that guesses cost no memory.
		switch _, err := e.store.Head(ctx, pointerKey(n)); {
		case errors.Is(err, storage.ErrObjectNotFound):
			return nil, e.notFound(n)
		case err != nil:
			return nil, err
		}
		ds = e.dir.open(n)
	}
	h, err := e.current(ctx, ds)
	if err == nil && h == nil {
		err = e.notFound(n)
	}
	return h, err
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
