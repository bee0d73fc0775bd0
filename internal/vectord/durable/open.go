package durable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
)

// Open reads an index from storaged: the newest generation that is whole, then the log
// after it. What is damaged is told by [Stats]. Its errors are an [UnreadableError], an
// [engine.FullError] where max_items has become too low, and storaged's.
func Open(ctx context.Context, o Options, progress *Progress) (*Index, error) {
	x, err := prepareStored(o)
	if err != nil {
		return nil, err
	}
	progress = cmp.Or(progress, &Progress{})
	if err := x.open(ctx, progress); err != nil {
		x.discard()
		return nil, err
	}
	x.start()
	return x, nil
}

func (x *Index) open(ctx context.Context, progress *Progress) error {
	fresh, err := engine.New(x.options.Engine, x.options.Kernels) // for what is true of all
	if err != nil {
		return err
	}
	x.of = journal.Index{ID: x.options.ID, Dimension: fresh.Config().Dimension}
	fresh.Close()
	if _, err := x.bucket(ctx); err != nil {
		return err
	}
	heads, parts, err := x.list(ctx)
	if err != nil {
		return err
	}
	if err := x.recall(ctx); err != nil {
		return err
	}
	logs, _ := x.ledger.view()
	if err := x.examineAll(ctx, logs); err != nil {
		return err
	}
	x.ledger.claim(logs)
	highest, err := x.load(ctx, found{heads, parts, logs}, progress)
	if err != nil {
		return err
	}
	r := &replay{x: x, progress: progress, applied: x.sequence.Load()}
	if err := r.run(ctx, logs, highest); err != nil {
		return err
	}
	x.sequence.Store(r.applied)
	x.ledger.logs = r.logs
	x.ledger.scatter(r.litter...)
	x.ledger.trim()
	newest, ok := x.ledger.newest()
	x.unsettled = x.heal && (!ok || newest.Sequence < r.applied) // else nothing was missing
	return nil
}

// list notes the log's objects, and gives the heads of generations in their order, and the
// sizes of parts. Parts that no head names are litter.
func (x *Index) list(ctx context.Context) (heads []storage.Object, parts map[string]int64, err error) {
	parts = map[string]int64{}
	for page, err := range x.options.Storage.Listings(ctx, Folder(x.options.ID), "", 0) {
		if err != nil {
			return nil, nil, err
		}
		for _, o := range page.Objects {
			switch kind, number, part := parseKey(x.options.ID, o.Key); {
			case part:
				parts[o.Key] = o.Size
				x.ledger.litter = append(x.ledger.litter, o.Key) // but for those that a head turns out to name
			case kind == "log":
				x.ledger.logs = append(x.ledger.logs, logObject{key: o.Key, first: number, last: number, size: o.Size, etag: o.ETag})
			case kind == "generations":
				heads = append(heads, o)
			}
		}
	}
	return heads, parts, nil
}

// found is what a listing has of an index.
type found struct {
	heads []storage.Object
	parts map[string]int64 // bytes, by key
	logs  []logObject
}

// load fills the engine with the newest generation that can be read, and notes those that
// are kept. highest is the largest sequence number that any had.
func (x *Index) load(ctx context.Context, is found, progress *Progress) (highest uint64, err error) {
	var failed []unread
	for _, o := range slices.Backward(is.heads) {
		_, sequence, _ := parseKey(x.options.ID, o.Key)
		highest = max(highest, sequence)
		var g whole
		err := twice(ctx, func() (err error) {
			g, err = x.inspect(ctx, o, sequence)
			return err
		})
		if errors.Is(err, storage.ErrObjectNotFound) {
			continue // an earlier process asked for its removal, which was carried out since the listing
		}
		if err == nil && x.engine == nil {
			err = twice(ctx, func() error { return x.fill(ctx, g, is.logs, progress) })
		} else if err == nil {
			err = present(g.parts, is.parts, g.Bytes)
		}
		switch {
		case err != nil && !blames(ctx, err):
			return 0, err
		case err != nil:
			failed = append(failed, unread{o.Key, err, x.engine != nil})
			x.stale = append(append(x.stale, o.Key), g.parts...)
		default:
			x.ledger.generations = slices.Insert(x.ledger.generations, 0, g)
		}
	}
	x.tell(failed)
	switch {
	case x.engine != nil:
		x.missOlder(is)
		return highest, nil
	case len(failed) == 0:
		x.harmed(Folder(x.options.ID)+"generations/", "no generation is left, and there always was one; the log is read instead")
	}
	if len(is.logs) == 0 || is.logs[0].first > 1 {
		return 0, &UnreadableError{x.options.ID, x.damage}
	}
	progress.Total.Store(sizes(is.logs, 0))
	x.engine, err = engine.New(x.options.Engine, x.options.Kernels)
	return highest, err
}

// unread is a generation that cannot be read.
type unread struct {
	key   string
	err   error
	older bool // than one that can be
}

// tell tells of generations that cannot be read, once it is known whether another one can be.
func (x *Index) tell(failed []unread) {
	for _, u := range failed {
		switch {
		case u.older:
			x.harmed(u.key, "the generation before the newest cannot be read: %v; nothing is lost, and until another is written there is one alone", u.err)
		case x.engine != nil:
			x.harmed(u.key, "the generation cannot be read: %v; nothing is lost by that, for the one before and the log are read instead", u.err)
		default:
			x.harmed(u.key, "the generation cannot be read: %v; there is no other one that can be, and the log alone is left", u.err)
		}
	}
}

// missOlder tells that the generation before the only one is missing, which the log that is
// kept for it gives away: an erasure that leaves one generation leaves no such log. Where other
// damage is told, that may be why.
func (x *Index) missOlder(is found) {
	if only := x.ledger.generations; len(x.damage) == 0 && len(is.heads) == 1 && len(is.logs) > 0 && is.logs[0].first <= only[0].Sequence {
		x.harmed(only[0].key, "the generation before it is missing; nothing is lost, and until another is written there is one alone")
	}
}

// present tells whether parts are there, by their sizes.
func present(keys []string, there map[string]int64, bytes int64) error {
	for _, key := range keys {
		size, ok := there[key]
		if !ok {
			return fmt.Errorf("there is no object %s", key)
		}
		bytes -= size
	}
	if bytes != 0 {
		return fmt.Errorf("its parts lack %d bytes", bytes)
	}
	return nil
}

// twice reads again what is damaged: it may be the reading alone that failed.
func twice(ctx context.Context, read func() error) error {
	err := read()
	if blames(ctx, err) {
		err = read()
	}
	return err
}

// inspect reads the head of a generation.
func (x *Index) inspect(ctx context.Context, o storage.Object, sequence uint64) (whole, error) {
	h, _, err := readHead(ctx, x.options.Storage, o.Key)
	if err != nil {
		return whole{}, err
	}
	if h.Index != x.options.ID || h.Sequence != sequence {
		return whole{}, fmt.Errorf("it is of index %q and sequence %d", h.Index, h.Sequence)
	}
	parts := h.keys(o.Key)
	x.ledger.litter = slices.DeleteFunc(x.ledger.litter, func(key string) bool { return slices.Contains(parts, key) })
	return whole{Generation: Generation{sequence, h.Bytes, o.ModifiedAt}, key: o.Key, parts: parts, start: h.Start}, nil
}

// fill makes the engine of a generation.
func (x *Index) fill(ctx context.Context, g whole, logs []logObject, progress *Progress) error {
	made, err := engine.New(x.options.Engine, x.options.Kernels)
	if err != nil {
		return err
	}
	progress.Total.Store(g.Bytes + sizes(logs, g.Sequence))
	progress.Bytes.Store(0)
	in := g.read(ctx, x.options.Storage)
	defer in.Close()
	if err := made.Load(&counting{in, &progress.Bytes}); err != nil {
		made.Close()
		return err
	}
	x.engine = made
	x.sequence.Store(g.Sequence)
	return nil
}

// sizes adds up the log after a sequence number.
func sizes(logs []logObject, after uint64) (bytes int64) {
	for _, o := range logs {
		if o.last > after {
			bytes += o.size
		}
	}
	return bytes
}
