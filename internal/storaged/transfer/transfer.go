// Package transfer copies a bucket from one store to another: from a local folder
// to S3, back, or between two of a kind.
//
// It promises:
//
//   - What it says is copied was read back from the target and has the SHA-256 of
//     what was read from the source. A data file whose name holds its hash is
//     checked against that too, and one that does not have it is not stored.
//   - The pointers of the catalog are read before anything else and written after
//     everything else is there, so the target never names what it does not hold. A
//     writer of the source deletes what its newer pointers no longer name: if one has
//     changed meanwhile, what is new is copied too, until a pass found none changed.
//   - A copy that was killed goes on where it was when it is run again: what the
//     target holds with the same bytes is passed over.
//   - Nothing in the target is replaced by other bytes unless that is asked for,
//     and nothing is deleted.
//
// What lies under system/ belongs to the daemons of one place and stays there. The
// stores are the caller's, and so is who else uses them.
package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	ownTo    = "system/" // the daemons of one place
	pageSize = 1000
	// shownConflicts is how many keys an error lists.
	shownConflicts = 5
)

// ErrConflict says that the target holds other bytes under a key of the source.
var ErrConflict = errors.New("the target differs")

// Options say how to copy.
type Options struct {
	Workers   int // objects at once, at least 1
	Overwrite bool
	// HashOf gives the first hex digits of the SHA-256 that the object of a key
	// must have, where its name says so.
	HashOf  func(key string) (hash string, ok bool)
	Journal *Journal                  // nil: none is kept
	Begin   func(objects, size int64) // called once all are counted; size in bytes
	Done    func(size int64)          // called for each object, from many goroutines
}

// Summary is what a copy did. Objects were copied or, being there already, passed
// over; Bytes are those of the objects copied.
type Summary struct {
	Objects  int64 `json:"objects"`
	Copied   int64 `json:"copied"`
	Passed   int64 `json:"unchanged"`
	Pointers int64 `json:"pointers"` // of all these, those of the catalog
	Indexes  int64 `json:"indexes"`  // of vectors, that have a name
	Bytes    int64 `json:"bytes_copied"`
}

// maxPasses is how often a source that changes is gone over.
const maxPasses = 10

// Copy copies every object, of indexes of vectors those that have a name. After an error
// the target holds some of them, and no pointer that was not there before unless pointers
// were what failed; run again, it goes on.
func Copy(ctx context.Context, from, to backend.Store, o Options) (Summary, error) {
	if o.Journal == nil {
		o.Journal = &Journal{known: map[string]pair{}}
	}
	c := &copier{from: from, to: to, Options: o}
	saved, err := readPointers(ctx, from)
	for pass := 1; err == nil; pass++ {
		if err := c.pass(ctx, saved, pass == 1); err != nil {
			return c.summary(), err
		}
		var now []pointer
		now, err = readPointers(ctx, from)
		switch {
		case err != nil:
		case slices.EqualFunc(saved, now, pointer.equal):
			return c.putPointers(ctx, saved)
		case pass == maxPasses:
			err = fmt.Errorf("the source's datasets, or names of indexes, changed during each of %d passes; stop what writes to them, and run the copy again", maxPasses)
		}
		saved = now
	}
	return c.summary(), err
}

// pass brings all objects over that there are now.
func (c *copier) pass(ctx context.Context, saved []pointer, first bool) error {
	if err := c.checkPointers(ctx, saved); err != nil {
		return err
	}
	if first {
		if err := c.count(ctx, saved); err != nil {
			return err
		}
	} else {
		c.Done = nil // it was told of a first pass's objects
	}
	c.seen.Store(0)
	if err := c.copyObjects(ctx); err != nil {
		return err
	}
	return c.copyIndexes(ctx, saved)
}

func (c *copier) putPointers(ctx context.Context, saved []pointer) (Summary, error) {
	for _, p := range saved {
		if err := c.putPointer(ctx, p); err != nil {
			return c.summary(), err
		}
	}
	return c.summary(), nil
}

type copier struct {
	from, to backend.Store
	Options
	seen, copied, bytes atomic.Int64 // objects of this pass; of all passes
	pointers, indexes   int64

	mu        sync.Mutex
	conflicts []string
}

func (c *copier) summary() Summary {
	seen, copied := c.seen.Load(), c.copied.Load()
	return Summary{Objects: seen, Copied: copied, Passed: max(seen-copied, 0), Pointers: c.pointers, Indexes: c.indexes, Bytes: c.bytes.Load()}
}

// count tells Begin what there is to do.
func (c *copier) count(ctx context.Context, saved []pointer) error {
	objects, size := int64(len(saved)), int64(0)
	for _, p := range saved {
		size += int64(len(p.bytes))
	}
	for object, err := range list(ctx, c.from, "") {
		if err != nil {
			return err
		}
		if !isPointer(object.Key) && !strings.HasPrefix(object.Key, ownTo) {
			objects, size = objects+1, size+object.Size
		}
	}
	if c.Begin != nil {
		c.Begin(objects, size)
	}
	return nil
}

// copyObjects copies all that stays as it is once it is there.
func (c *copier) copyObjects(ctx context.Context) error {
	work, working := errgroup.WithContext(ctx)
	work.SetLimit(max(c.Workers, 1))
	target := newWalk(list(working, c.to, ""))
	defer target.stop()
	listed := func() error {
		for source, err := range list(working, c.from, "") {
			if err != nil {
				return err
			}
			if !ordinary(source.Key) {
				continue
			}
			there, err := target.at(source.Key)
			if err != nil {
				return err
			}
			work.Go(func() error { return c.object(working, source, there) })
		}
		return nil
	}()
	if err := work.Wait(); err != nil {
		return err // and what ended the listing
	}
	return cmp.Or(listed, c.conflict())
}

// walk goes through a listing once, beside another one in the same order.
type walk struct {
	next   func() (storage.Object, error, bool)
	stop   func()
	object storage.Object
	more   bool
	err    error
}

func newWalk(listing iter.Seq2[storage.Object, error]) *walk {
	w := &walk{}
	w.next, w.stop = iter.Pull2(listing)
	w.object, w.err, w.more = w.next()
	return w
}

// at gives the object of a key, nil if there is none. Keys come in order.
func (w *walk) at(key string) (*storage.Object, error) {
	for w.more && w.err == nil && w.object.Key < key {
		w.object, w.err, w.more = w.next()
	}
	if w.err != nil || !w.more || w.object.Key != key {
		return nil, w.err
	}
	object := w.object
	return &object, nil
}

// conflict is the error for the keys under which the target holds something else.
func (c *copier) conflict() error {
	if len(c.conflicts) == 0 {
		return nil
	}
	shown := strings.Join(c.conflicts[:min(shownConflicts, len(c.conflicts))], ", ")
	return fmt.Errorf("%w: %d objects there are not what the source holds under the same key (%s)", ErrConflict, len(c.conflicts), shown)
}

func (c *copier) differs(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conflicts = append(c.conflicts, key)
}

func ordinary(key string) bool {
	return !strings.HasPrefix(key, catalogPointers) && !strings.HasPrefix(key, indexes) && !strings.HasPrefix(key, ownTo)
}

// list gives the objects under a prefix in the order of their keys.
func list(ctx context.Context, store backend.Store, prefix string) iter.Seq2[storage.Object, error] {
	return wire.Items(func(cursor string) ([]storage.Object, *string, error) {
		page, err := store.List(ctx, backend.Page{Prefix: prefix, Cursor: cursor, Limit: pageSize})
		return page.Objects, page.NextCursor, err
	})
}
