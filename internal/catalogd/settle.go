package catalogd

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A rename takes four swaps, of two pointers: the old name says where the dataset
// goes; the new name gets it, and says from where; the old name is told to be
// without it; the new name forgets from where. Between them both ends are frozen,
// and whoever wants either completes it first, in this order:
//
//   - the dataset comes to the new name only if, after that was seen to be free, the
//     old name was seen to wait still; the new name being swapped, not written,
//     nothing can have come and gone there in between;
//   - where something else has the new name, the old one has its dataset back;
//   - the new name takes no change before the old one is without the dataset. So
//     an old name that waits while the new one has no word of the rename means
//     that the dataset never came.

// settled tells that no rename is under way.
func (h *head) settled() bool { return h == nil || h.Moving == nil && h.Arrived == nil }

// settle completes the rename that a name is in and gives what it has then.
func (e *engine) settle(ctx context.Context, ds *dataset) (*head, error) {
	select {
	case e.moves <- struct{}{}:
		defer func() { <-e.moves }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h, err := e.settleEnd(ctx, ds)
	if err != nil && !errors.Is(err, errBadPointer) {
		err = ownFile(pointerKey(ds.name), err)
	}
	return h, err
}

func (e *engine) settleEnd(ctx context.Context, ds *dataset) (*head, error) {
	for range maxSwaps {
		h, err := e.reload(ctx, ds)
		switch {
		case err != nil || h.settled():
			return h, err
		case h.Moving != nil:
			err = e.move(ctx, ds, h)
		default:
			err = e.confirm(ctx, ds, h)
		}
		if err != nil && !errors.Is(err, storage.ErrPreconditionFailed) {
			return nil, err
		}
		if err != nil {
			wait(ctx, rand.N(swapPause))
		}
	}
	return nil, wire.ErrUnavailable.Errorf("other writers were faster %d times at %s; try again", maxSwaps, ds.name).After(time.Second)
}

// move takes the dataset of src to the name that it goes to, if that is free.
func (e *engine) move(ctx context.Context, src *dataset, a *head) error {
	to, err := catalog.ParseName(a.Moving.Name)
	if err != nil {
		return err
	}
	dst := e.dir.open(to)
	defer e.dir.release(dst)
	b, err := e.reload(ctx, dst)
	if err != nil {
		return err
	}
	if again, err := e.reload(ctx, src); err != nil || again == nil || again.etag != a.etag {
		return err
	}
	switch {
	case b.live() && b.Arrived != nil && b.Arrived.Op == a.Moving.Op:
	case b.live():
		return e.swapTo(ctx, src, a, a.stays())
	default:
		if err := e.swapTo(ctx, dst, b, a.arriving(to, b)); err != nil {
			return err
		}
	}
	if err := e.moveQuarantine(ctx, src.name, to); err != nil {
		return err
	}
	return e.swapTo(ctx, src, a, a.departed(to))
}

// confirm lets the new name of a dataset be used, once the old one is without it.
func (e *engine) confirm(ctx context.Context, dst *dataset, b *head) error {
	from, err := catalog.ParseName(b.Arrived.Name)
	if err != nil {
		return err
	}
	src := e.dir.open(from)
	defer e.dir.release(src)
	a, err := e.reload(ctx, src)
	if err != nil {
		return err
	}
	if a.live() && a.Moving != nil && a.Moving.Op == b.Arrived.Op {
		return e.move(ctx, src, a)
	}
	next := *b.pointer
	next.Arrived = nil
	return e.swapTo(ctx, dst, b, &next)
}

// moveQuarantine takes the bad rows of a dataset along. Rows that wait under the new
// name already stay there, and the old ones where they are.
func (e *engine) moveQuarantine(ctx context.Context, from, to catalog.Name) error {
	if _, err := catalog.ParseName(quarantineOf(from).String()); err != nil {
		return nil // the name is too long to have one
	}
	src, dst := e.dir.open(quarantineOf(from)), e.dir.open(quarantineOf(to))
	defer e.dir.release(src)
	defer e.dir.release(dst)
	a, err := e.settleEnd(ctx, src)
	if err != nil || !a.live() {
		return err
	}
	if b, err := e.settleEnd(ctx, dst); err != nil || b.live() {
		e.log.Warn("a renamed dataset has bad rows under its new name already; the old ones stay where they are", "dataset", to.String(), "old", src.name.String(), "error", err)
		return err
	}
	next := *a.pointer
	next.Moving = &moving{Op: catalog.NewID(), Name: dst.name.String(), At: time.Now().UTC()}
	if err := e.swapTo(ctx, src, a, &next); err != nil {
		return err
	}
	if _, err := e.settleEnd(ctx, src); err != nil {
		return err
	}
	_, err = e.settleEnd(ctx, dst)
	return err
}

// swapTo swaps a pointer from what it is known to be, and makes that known here.
func (e *engine) swapTo(ctx context.Context, ds *dataset, base *head, next *pointer) error {
	made, err := e.point(ctx, ds, base, next)
	switch {
	case errors.Is(err, storage.ErrPreconditionFailed):
		return err
	case err != nil:
		ds.unsure(base)
		return err
	}
	e.dir.publish(ds, base, made)
	return nil
}

// stays is what a pointer becomes whose dataset cannot go where it was to go.
func (h *head) stays() *pointer {
	next := *h.pointer
	next.Moving = nil
	next.Receipts = slices.DeleteFunc(slices.Clone(h.Receipts), h.Moving.made)
	return &next
}

// arriving is what the new name becomes.
func (h *head) arriving(to catalog.Name, b *head) *pointer {
	next, free := *h.pointer, vacant(to, b)
	next.Dataset.Name, next.Dataset.Namespace = to.Name, to.Namespace
	next.Dropped, next.Left = free.Dropped, free.Left
	from := catalog.Name{Namespace: h.Dataset.Namespace, Name: h.Dataset.Name}
	next.Moving, next.Arrived = nil, &moving{Op: h.Moving.Op, Name: from.String(), At: h.Moving.At}
	return &next
}

// departed is what the old name becomes: it answers a retry of the rename.
func (h *head) departed(to catalog.Name) *pointer {
	next := vacant(catalog.Name{Namespace: h.Dataset.Namespace, Name: h.Dataset.Name}, h)
	next.leave(departed{DatasetID: h.Dataset.DatasetID, To: to.String(), At: h.Moving.At})
	for _, r := range h.Receipts {
		if h.Moving.made(r) {
			next.Receipts = append(next.Receipts, r)
		}
	}
	return next
}

// made tells the receipt of the rename itself.
func (m *moving) made(r receipt) bool { return m.Key != "" && r.Key == m.Key && r.Said != nil }
