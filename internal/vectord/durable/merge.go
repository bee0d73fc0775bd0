package durable

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
)

// Objects are merged with others of their size, so that each change is written again a
// few times at most: these are the sizes, in bytes.
const (
	smallest = 64 << 10
	larger   = 16
)

// mergeable gives objects that are to be one: so many of about the same size next to each
// other, all behind the newest generation.
func (x *Index) mergeable() []logObject {
	g, _ := x.ledger.newest()
	logs, _ := x.ledger.since(g.Sequence)
	most := min(x.options.Limits.MergeBytes, x.partBytes())
	for size := int64(smallest); size <= max(smallest, most/int64(x.options.Limits.MergeObjects)); size *= larger {
		fits := func(o logObject) bool { return o.size <= size && !o.fixed() && o.first > g.Sequence }
		for _, run := range runs(logs, most, fits) {
			if len(run) >= x.options.Limits.MergeObjects {
				return run
			}
		}
	}
	return nil
}

// runs gives the objects that fit, those next to each other together as far as they are no
// more than so many bytes.
func runs(logs []logObject, most int64, fits func(logObject) bool) (list [][]logObject) {
	bytes, next := int64(0), uint64(0) // of the last run, and where it goes on
	for _, o := range logs {
		if !fits(o) {
			next = 0
			continue
		}
		if o.first != next || bytes+o.size > most {
			list, bytes = append(list, nil), 0
		}
		last := len(list) - 1
		list[last] = append(list[last], o)
		bytes, next = bytes+o.size, o.last+1
	}
	return list
}

// fixed tells that an object is not merged with others.
func (o logObject) fixed() bool { return o.damaged || len(o.parts) > 0 }

// merge makes one object of several, in place of the first.
func (x *Index) merge(ctx context.Context, run []logObject) error {
	m := journal.Merge{Of: x.of}
	for _, o := range run {
		m.Sources = append(m.Sources, func() (io.ReadCloser, error) {
			in, _, err := x.options.Storage.Get(ctx, o.key, storage.Range{})
			return in, err
		})
	}
	out, in := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := m.Write(ctx, in)
		written <- err
		_ = in.CloseWithError(err)
	}()
	stored, _, err := x.options.Storage.Put(ctx, run[0].key, out, -1, storage.Condition{IfMatch: run[0].etag})
	out.CloseWithError(cmp.Or(err, io.ErrClosedPipe))
	failed := <-written
	if err == nil {
		x.ledger.replace(logObject{key: run[0].key, first: run[0].first, last: run[len(run)-1].last, size: stored.Size, etag: stored.ETag})
		return nil
	}
	var source *journal.SourceError
	var damage *journal.Error
	if errors.As(failed, &source) && errors.As(failed, &damage) {
		o := run[source.Source]
		if known, err := x.overlapped(run[:source.Source], damage); known || err != nil {
			return err
		}
		x.harmed(o.key, "%v; nothing is lost, since the index has its changes, and will be written", damage)
		o.damaged = true
		x.ledger.replace(o)
		return nil
	}
	_ = x.smaller(ctx, err) // the next try takes fewer
	return cmp.Or(x.review(x.background, run[0]), err)
}

// overlapped tells whether an object does not follow those before it since one of these is
// by now another one than was known: a merge that was broken off may be stored late, even by
// a process that has ended. Then that is known from now on, and nothing is damaged.
func (x *Index) overlapped(before []logObject, damage *journal.Error) (known bool, err error) {
	if damage.Fault != journal.OutOfOrder {
		return false, nil
	}
	for _, o := range before {
		now, err := x.examine(x.background, o.key, o.first)
		if err != nil {
			return false, err
		}
		if now.etag != o.etag {
			x.ledger.replace(now)
			known = true
		}
	}
	return known, nil
}

// review looks what an object of the log is by now: a merge may have been stored though
// that was not answered.
func (x *Index) review(ctx context.Context, o logObject) error {
	now, err := x.examine(ctx, o.key, o.first)
	if err != nil {
		return err
	}
	x.ledger.replace(now)
	return nil
}

// headerBytes hold an object's header, whatever it is.
const headerBytes = 512

// examine reads the header of an object of the log. What cannot be read of it, the second
// time as well, is no error: damaged says so.
func (x *Index) examine(ctx context.Context, key string, first uint64) (o logObject, err error) {
	for range 2 {
		if o, err = x.examineOnce(ctx, key, first); err == nil && !o.damaged {
			break
		}
	}
	return o, err
}

func (x *Index) examineOnce(ctx context.Context, key string, first uint64) (logObject, error) {
	o := logObject{key: key, first: first, last: first}
	in, there, err := x.options.Storage.Get(ctx, key, storage.Range{Length: headerBytes})
	if blames(ctx, err) { // it is empty, or has gone
		o.damaged = true
		return o, nil
	}
	if err != nil {
		return o, err
	}
	defer in.Close()
	begin, err := io.ReadAll(in)
	if err != nil {
		return o, err
	}
	o.size, o.etag = there.Size, there.ETag
	r, err := journal.NewReader(bytes.NewReader(begin), x.of)
	var damage *journal.Error
	switch {
	case err == nil && r.Header().First == first:
		o.last = r.Header().Last
		return o, nil
	case errors.As(err, &damage) && damage.Fault == journal.OtherIndex, errors.As(err, &damage) && damage.Fault == journal.OtherVersion:
		o.damaged, o.alien = true, err
		return o, nil
	case errors.As(err, &damage) && damage.Fault == journal.OtherFormat:
		large, unread := x.examineLarge(ctx, o)
		if !blames(ctx, unread) {
			return large, unread
		}
		err = unread
	case err == nil:
		err = fmt.Errorf("it begins at %d", r.Header().First)
	}
	x.options.Log.Warn("the header of a log object cannot be read", "key", key, "error", err)
	o.damaged = true
	return o, nil
}
