package durable

import (
	"context"
	"fmt"
	"maps"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// group is changes that share an object of the log.
type group struct {
	object      object
	first, last uint64
	requests    []*request
	fields      map[string]bool // that the index does not know yet
	size        int64           // in bytes, of the object or of its parts
	parts       []string        // keys, where it is too large for one object
	start       []byte          // what they begin with
}

// within gives the context that a group is stored with.
func (g *group) within(ctx context.Context) context.Context {
	if g.requests[0].clearing {
		return storage.IntoReserve(ctx)
	}
	return ctx
}

// commit takes requests and makes them, until the queue is closed and empty.
func (x *Index) commit() {
	for {
		requests := x.queue.take(func(sofar int64, r *request) bool {
			return sofar+r.change.bytes <= min(x.options.Limits.GroupBytes, x.partBytes())
		})
		if len(requests) == 0 {
			return
		}
		for len(requests) > 0 {
			requests = x.turn(requests)
		}
	}
}

// turn makes the first of requests, with as many of the others as there is room for, and
// gives the rest. Each that it does not give back is answered. When there can be no changes
// now, all that wait are.
func (x *Index) turn(requests []*request) (rest []*request) {
	if err := x.ready(); err != nil {
		fail(append(requests, x.queue.drain()...), err) // the others would wait as long to be told the same
		return nil
	}
	g, rest := x.gather(requests)
	if len(g.requests) == 0 {
		return rest
	}
	if err := x.log(g); err != nil {
		fail(g.requests, err)
		return rest
	}
	for i, n := range x.apply(g) {
		g.requests[i].answer(n.counts, n.err)
	}
	return rest
}

// ready finds out what became of changes whose storing was not answered, and tells
// whether there can be more.
func (x *Index) ready() error {
	if g := x.doubt; g != nil {
		err := x.store(g.within(x.committing), &g.object)
		switch {
		case g.object.foreign:
			return x.judge(err, g)
		case err != nil && wire.Refused(err):
			return err
		case err != nil:
			return wire.Unavailable("storaged").Because(err)
		}
		x.doubt = nil
		x.apply(g) // who waited for it was told that it may be made
	}
	return x.refused()
}

// gather resolves the first request, and adds those that there is room for; what cannot
// be made or changes nothing is answered.
func (x *Index) gather(requests []*request) (g *group, rest []*request) {
	g = &group{fields: map[string]bool{}}
	puts, fresh := 0, 0
	for i, r := range requests {
		err := x.prepare(r)
		if err == nil {
			err = x.roomForFields(g, r.change)
		}
		if err != nil || r.change.empty() {
			r.answer(counts{items: x.engine.Len()}, err)
			continue
		}
		n, more := r.change.put.Len(), x.engine.Fresh(r.change.put)
		if full := x.full(puts+n, fresh+more); n > 0 && full != nil {
			if len(g.requests) > 0 { // alone it may fit
				return g, requests[i:]
			}
			r.answer(counts{}, full)
			continue
		}
		puts, fresh = puts+n, fresh+more
		g.requests = append(g.requests, r)
	}
	return g, nil
}

// roomForFields refuses a change with more new names of fields than there is room for beside
// those of the group, which gets its names.
func (x *Index) roomForFields(g *group, c change) error {
	names := maps.Clone(g.fields)
	objects := make([]metadata.Object, len(c.set))
	for i, s := range c.set {
		objects[i] = s.object
	}
	x.engine.NewFields(c.put, objects, names)
	if len(names) > len(g.fields) {
		if err := x.engine.RoomForFields(names); err != nil {
			return err
		}
	}
	g.fields = names
	return nil
}

// full tells that so many items, of which some have a new id, cannot be put in.
func (x *Index) full(puts, fresh int) error {
	limit := x.engine.Config().MaxItems
	if room := x.engine.Room(); fresh > 0 && room < fresh {
		return &engine.FullError{Items: fresh, Room: room, Limit: limit}
	}
	if slots := x.engine.Slots(puts); slots < puts {
		return &engine.FullError{Items: puts, Room: slots, Limit: limit}
	}
	return nil
}

// prepare says what a request changes, now that its turn has come.
func (x *Index) prepare(r *request) (err error) {
	if err := r.ctx.Err(); err != nil {
		return err // whoever asked has left
	}
	if r.resolve != nil {
		r.change, err = r.resolve()
	}
	return err
}

// log makes a group durable.
func (x *Index) log(g *group) error {
	g.first = x.sequence.Load() + 1
	g.last = g.first + uint64(len(g.requests)) - 1
	if x.options.Storage == nil {
		return nil
	}
	ctx := g.within(x.committing)
	err := x.write(ctx, g)
	if err != nil && !g.object.doubt && !g.object.foreign && x.smaller(ctx, err) {
		err = x.write(ctx, g)
	}
	return x.judge(err, g)
}

// write encodes a group and stores it. Nothing is left of what is not stored.
func (x *Index) write(ctx context.Context, g *group) error {
	g.object, g.parts, g.start = object{key: logKey(x.options.ID, g.first)}, nil, nil
	if err := x.encode(ctx, g); err != nil {
		return err
	}
	err := x.store(ctx, &g.object)
	if err != nil && !g.object.doubt {
		x.abandon(g)
	}
	return err
}

// encode makes the object of a group, whose parts are durable then if it has some.
func (x *Index) encode(ctx context.Context, g *group) (err error) {
	header := journal.Header{Index: x.of, First: g.first, Last: g.last}
	size := int64(0)
	for _, r := range g.requests {
		size += r.change.bytes
	}
	if size <= x.partBytes() {
		if g.object.body, err = encode(header, g.requests, size); err != nil {
			return fmt.Errorf("write the log of index %s: %w", x.options.ID, err)
		}
	}
	if size > x.partBytes() || int64(len(g.object.body)) > x.partBytes() {
		g.object.body, err = x.writeLarge(ctx, g, header)
		return err
	}
	g.size = int64(len(g.object.body))
	return nil
}

// judge says what an error of storing a group means for those that come after it.
func (x *Index) judge(err error, g *group) error {
	switch {
	case err == nil:
		return nil
	case g.object.foreign:
		x.doubt = nil
		return x.refuse(&OvertakenError{x.options.ID, g.object.key})
	case g.object.doubt:
		x.doubt = g
		return notKnown(err)
	}
	return err
}

// apply makes the changes of a group that is durable. Where one of them fails the sequence
// stays before the group: no generation or copy claims it, and none of its log is removed.
func (x *Index) apply(g *group) []answer {
	answers, last := make([]answer, len(g.requests)), g.last
	for i, r := range g.requests {
		n, err := r.change.apply(x.engine)
		if err != nil {
			err, last = x.refuse(&BrokenError{x.options.ID, err}), g.first-1
		}
		answers[i] = answer{n, err}
	}
	x.sequence.Store(last)
	if x.options.Storage != nil {
		x.ledger.append(logObject{key: g.object.key, first: g.first, last: g.last, size: g.size, etag: g.object.etag, parts: g.parts, start: g.start})
		x.look()
	}
	return answers
}

// refuse lets no more changes in, for the first reason that comes.
func (x *Index) refuse(err error) error {
	x.state.Lock()
	defer x.state.Unlock()
	if x.refusal == nil {
		x.refusal = err
		x.options.Log.Error("the index takes no changes any more", "error", err)
	}
	return x.refusal
}

func (x *Index) refused() error {
	x.state.Lock()
	defer x.state.Unlock()
	return x.refusal
}

// submit waits for its turn and gives the answer. When the context ends before, the change
// is not made, unless its turn has come: then it may be.
func (x *Index) submit(r *request) (counts, error) {
	r.answers = make(chan answer, 1)
	if err := x.queue.put(r); err != nil {
		return counts{}, err
	}
	select {
	case a := <-r.answers:
		return a.counts, a.err
	case <-r.ctx.Done():
		x.queue.leave(r)
		return counts{}, context.Cause(r.ctx)
	}
}
