package durable

import (
	"context"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// Erased says what an erasure came to.
type Erased struct {
	Items       int   // that were there
	Count       int   // that are left
	LogObjects  int   // that were removed
	Generations int   // that were removed
	Bytes       int64 // of the objects that were removed
}

// Erase deletes items and leaves nothing of them, nor of any item that was deleted or
// replaced before, in the index's objects: it writes two generations of what is left and
// removes everything older. It does so though nothing matches, since what was asked for
// may have been deleted already: after an error, or a crash in the midst, the same call
// ends what was begun. Copies that were made by [Index.Copy] are not looked at.
//
// It goes on where the disk has come to its reserve, which its writes may take: then one
// generation is all that is left. Where the index is too large for that nothing is done, as
// [Index.Erasable] says before. Its errors are those of [Index.Delete], and storaged's.
func (x *Index) Erase(ctx context.Context, s Selection) (Erased, error) {
	if x.options.Storage == nil {
		n, err := x.submit(x.deletion(ctx, s))
		x.engine.Mend()
		return Erased{Items: n.deleted, Count: n.items}, err
	}
	ctx, leave, err := x.enter(ctx)
	if err != nil {
		return Erased{}, err
	}
	defer leave()
	generations, err := x.roomToErase(ctx)
	if err != nil {
		return Erased{}, err
	}
	ctx = storage.IntoReserve(ctx)
	n, err := x.deleteInParts(ctx, s)
	if err == nil {
		err = x.alone(ctx)
	}
	if err != nil {
		return Erased{}, err
	}
	e := Erased{Items: n.deleted, Count: n.items}
	keep := make([]whole, generations)
	x.engine.Mend()
	for i := range keep {
		if keep[i], err = x.clean(ctx); err != nil {
			return e, err
		}
	}
	if err := x.purge(ctx, keep, &e); err != nil {
		return e, err
	}
	x.state.Lock()
	defer x.state.Unlock()
	x.heal = x.heal || len(keep) < keptGenerations // with the next change there are as many as there should be
	return e, nil
}

// deleteInParts deletes items by changes that the reserve takes. Where it is broken off some
// are deleted and others not.
func (x *Index) deleteInParts(ctx context.Context, s Selection) (n counts, err error) {
	for more := true; more; {
		more = false
		r := x.deletion(ctx, s)
		r.clearing = true
		if all := r.resolve; all != nil {
			r.resolve = func() (change, error) {
				c, err := all()
				if c.bytes <= storage.MaxReserveWrite/2 {
					return c, err
				}
				more = true
				return removing(c.remove[:storage.MaxReserveWrite/2/(2+engine.MaxID)]), err
			}
		}
		part, err := x.submit(r)
		n.deleted, n.items = n.deleted+part.deleted, part.items
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Erasable tells whether there is room for what [Index.Erase] writes; its error is
// [storage.ErrDiskReserve] where there is none. For an index in memory there is.
func (x *Index) Erasable(ctx context.Context) error {
	if x.options.Storage == nil {
		return nil
	}
	_, err := x.roomToErase(ctx)
	return err
}

// clean writes a generation and reads it again, since soon nothing else may be left. Its
// sequence number is above that of any other: a change that changes nothing sees to that.
func (x *Index) clean(ctx context.Context) (whole, error) {
	if g, ok := x.ledger.newest(); ok && g.Sequence >= x.sequence.Load() {
		if _, err := x.submit(&request{ctx: ctx, change: change{mark: true}, clearing: true}); err != nil {
			return whole{}, err
		}
	}
	return x.generation(ctx, true)
}

// purge removes what is older than the first of the generations that are kept: their keys
// are not taken from memory, where one may be missing, but from storaged. The log goes first: a
// log that is left tells a start that the generation before it is missing.
func (x *Index) purge(ctx context.Context, keep []whole, e *Erased) error {
	var logs, generations []storage.Object
	for page, err := range x.options.Storage.Listings(ctx, Folder(x.options.ID), "", 0) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			switch kind, number, part := parseKey(x.options.ID, o.Key); {
			case kind == "", kind == "log" && number > keep[0].Sequence:
			case slices.ContainsFunc(keep, func(g whole) bool { return g.key == o.Key || slices.Contains(g.parts, o.Key) }):
			case kind == "log":
				logs = append(logs, o)
				if !part {
					e.LogObjects++
				}
			default:
				generations = append(generations, o)
				if !part {
					e.Generations++
				}
			}
		}
	}
	for _, o := range slices.Concat(logs, generations) {
		if err := x.remove(ctx, o.Key); err != nil {
			return err
		}
		e.Bytes += o.Size
	}
	x.ledger.only(keep)
	return nil
}
