package durable

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
)

const (
	examining     = 8       // headers that are read at once
	early         = 4       // objects that are opened before their turn
	together      = 1000    // items that are applied at once, at most
	togetherBytes = 8 << 20 // of them, about
)

// beyond is how far above an object of which nothing can be read the log goes on: more
// changes than an object can hold, so that the object, should it be read one day, is not
// taken for those.
const beyond = 1 << 32

// examineAll reads the headers of the log's objects.
func (x *Index) examineAll(ctx context.Context, logs []logObject) error {
	var group sync.WaitGroup
	errs := make([]error, examining)
	for worker := range examining {
		group.Go(func() {
			for i := worker; i < len(logs) && errs[worker] == nil; i += examining {
				logs[i], errs[worker] = x.examine(ctx, logs[i].key, logs[i].first)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// replay applies the log to what a generation held.
type replay struct {
	x        *Index
	progress *Progress
	applied  uint64      // up to here everything is in, or lost
	logs     []logObject // that are kept
	litter   []string

	wrong  string // what of a change of an object that was read cannot be kept; of the first
	wrongs int
}

// run applies objects in their order. highest is a sequence number that there was.
func (r *replay) run(ctx context.Context, logs []logObject, highest uint64) error {
	list := r.sort(logs)
	ahead := map[string]io.ReadCloser{}
	defer func() {
		for _, in := range ahead {
			_ = in.Close()
		}
	}()
	for i, o := range list {
		for _, next := range list[i:min(len(list), i+early)] {
			if ahead[next.key] == nil && !next.damaged {
				ahead[next.key] = r.open(ctx, next)
			}
		}
		if o.first > r.applied+1 {
			r.x.harmed(o.key, "the log before it is missing: the changes %d to %d are lost", r.applied+1, o.first-1)
		}
		if o.alien != nil { // put back, it is what is missing
			return &UnreadableError{r.x.options.ID, []Damage{{Key: o.key, Detail: o.alien.Error()}}}
		}
		if o.damaged {
			r.skip(o, list[i+1:])
			continue
		}
		err := r.object(ctx, o, ahead[o.key])
		_ = ahead[o.key].Close()
		delete(ahead, o.key)
		if err != nil {
			return err
		}
		r.applied = max(r.applied, o.last)
	}
	if r.applied < highest {
		r.x.harmed(generationKey(r.x.options.ID, highest), "the log ends before it: the changes %d to %d are lost", r.applied+1, highest)
		r.applied = highest
	}
	return nil
}

// sort lists the objects that are to be applied. Those that hold only what one before
// them holds are left of a merge that was not finished; the others are kept, for the
// generation before if not for this one.
func (r *replay) sort(logs []logObject) (list []logObject) {
	covered := uint64(0)
	for _, o := range logs {
		switch {
		case o.last <= covered:
			r.litter = append(r.litter, o.keys()...)
			continue
		case o.last > r.applied:
			list = append(list, o)
		case o.alien != nil && o.last > r.x.ledger.needless():
			r.x.harmed(o.key, "%v; nothing is lost, since the newest generation has what was there", o.alien)
		}
		r.logs = append(r.logs, o)
		if !o.damaged {
			covered = max(covered, o.last)
		}
	}
	return list
}

// skip tells of an object of which nothing can be read.
func (r *replay) skip(o logObject, after []logObject) {
	if len(after) > 0 {
		r.x.harmed(o.key, "it cannot be read: the changes %d to %d are lost", o.first, after[0].first-1)
		r.applied = max(r.applied, after[0].first-1)
		return
	}
	r.x.harmed(o.key, "it cannot be read: the changes from %d on are lost", o.first)
	r.applied = max(r.applied, o.first) + beyond
}

func (r *replay) openOne(ctx context.Context, key string) *ahead {
	return readAhead(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		in, _, err := r.x.options.Storage.Get(ctx, key, storage.Range{})
		return in, err
	})
}

// object applies an object, as far as it can be read.
func (r *replay) object(ctx context.Context, o logObject, in io.Reader) error {
	r.wrong, r.wrongs = "", 0
	err := r.apply(&counting{in, &r.progress.Bytes})
	var damage *journal.Error
	if errors.As(err, &damage) { // it may be the reading alone that failed
		again := r.open(ctx, o)
		err = r.apply(again)
		_ = again.Close()
	}
	var full *engine.FullError
	if errors.As(err, &full) {
		err = r.vacate(ctx, o)
	}
	switch {
	case errors.As(err, &damage):
		r.x.harmed(o.key, "%v; the changes %d to %d are made as far as they stand before that, and the others lost", damage, o.first, o.last)
	case err == nil && r.wrongs > 0:
		r.x.harmed(o.key, "%d of its changes cannot be made any more and are lost: this release does not take the %s of the first", r.wrongs, r.wrong)
	default:
		return err
	}
	for i := range r.logs {
		if r.logs[i].key == o.key {
			r.logs[i].damaged = true
		}
	}
	return nil
}

// vacate applies an object to an index that is too full to hold a replaced item beside
// the new one: first all that the object puts or deletes is taken out. Whatever is whole
// of an object says what becomes of these, so that its effect is the same.
func (r *replay) vacate(ctx context.Context, o logObject) (err error) {
	var damage *journal.Error // the second time it is met again
	for _, each := range []func(io.Reader) error{
		func(in io.Reader) error { return r.eachRecord(in, r.takeOut) },
		r.apply,
	} {
		in := r.open(ctx, o)
		err = each(in)
		_ = in.Close()
		if err != nil && !errors.As(err, &damage) {
			return err
		}
	}
	return err
}

func (r *replay) takeOut(record journal.Record) error {
	switch record.Kind {
	case journal.Put:
		r.x.engine.Delete([]string{record.ID})
	case journal.Delete:
		r.x.engine.Delete(record.IDs)
	}
	return nil
}

// counting counts what is read.
type counting struct {
	io.Reader
	n *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}
