package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// churnEf is the ef of the searches in an index that was deleted from.
const churnEf = 100

// churned deletes half of an index at random, and then replaces everything twice. The
// peer is hnswlib, which hides what is deleted and replaces in place.
func (b *bench) churned(ctx context.Context) error {
	theirs, ok := b.peer("hnswlib")
	if !ok {
		say("deletions are left out: hnswlib, their peer, is not there")
		return nil
	}
	n := b.churn
	b.maker = newMaker(usual, b.dim, n)
	gone := make([]int32, n/2)
	for i, id := range rand.New(rand.NewPCG(5, 5)).Perm(n)[:n/2] {
		gone[i] = int32(id)
	}
	files, err := b.churnFiles(gone)
	if err != nil {
		return err
	}
	var took [2]churn
	for i, l := range []library{best(), theirs} {
		if took[i], err = b.churnOf(ctx, l, files); err != nil {
			return err
		}
	}
	b.showChurn(took[0], took[1])
	return nil
}

// churnFiles are the vectors of one index over its life, the ids that are deleted, and
// queries with the truth after the deletions and in the end.
type churnFiles struct {
	vectors      [3]string
	gone         string
	halved, last *set
}

func (b *bench) churnFiles(gone []int32) (f churnFiles, err error) {
	for i := range f.vectors {
		if f.vectors[i], err = b.make(fmt.Sprintf("life%d.f32", i), i*b.churn, (i+1)*b.churn); err != nil {
			return f, err
		}
	}
	if f.gone, err = write(b, "gone.i32", gone); err != nil {
		return f, err
	}
	queries, err := b.make("asked.f32", 3*b.churn, 3*b.churn+min(b.queries, 500))
	if err != nil {
		return f, err
	}
	dead := make([]bool, b.churn)
	for _, id := range gone {
		dead[id] = true
	}
	if f.halved, err = b.newSet(queries, f.vectors[0], func(id int) bool { return !dead[id] }); err != nil {
		return f, err
	}
	f.last, err = b.newSet(queries, f.vectors[2], nil)
	return f, err
}

// churn is what a library made of it.
type churn struct {
	version             string
	fresh, halved, last int64 // bytes
	deletion            usage
	replacing           usage // both times
	afterHalf, atLast   found
}

// churnOf is the life of one index.
func (b *bench) churnOf(ctx context.Context, l library, f churnFiles) (c churn, err error) {
	x, err := b.build(ctx, l, f.vectors[0], 1, b.churn)
	if err != nil {
		return c, err
	}
	defer x.Stop()
	c.version, c.fresh = x.version, x.bytes
	empty, err := x.do(request{Op: "bytes"})
	if err != nil {
		return c, err
	}
	grown := func() (int64, error) {
		a, err := x.do(request{Op: "bytes"})
		return a.Bytes - empty.Bytes + c.fresh, err
	}
	deleted, err := x.do(request{Op: "delete", Path: f.gone, Threads: 1})
	if err != nil {
		return c, err
	}
	c.deletion = deleted.usage()
	if c.halved, err = grown(); err != nil {
		return c, err
	}
	if c.afterHalf, err = x.ask(f.halved, churnEf); err != nil {
		return c, err
	}
	for _, path := range f.vectors[1:] {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		a, err := x.do(request{Op: "put", Path: path, Threads: 1})
		if err != nil {
			return c, err
		}
		c.replacing.wall += a.usage().wall
		c.replacing.processor += a.usage().processor
	}
	if c.last, err = grown(); err != nil {
		return c, err
	}
	c.atLast, err = x.ask(f.last, churnEf)
	say("%s: half deleted, all replaced twice", c.version)
	return c, err
}

func (b *bench) showChurn(ours, peer churn) {
	size := fmt.Sprintf("%d x %d, ", b.churn, b.dim)
	share := func(now, before int64) measure.Value {
		return measure.Of(100*float64(now)/float64(before), "%")
	}
	held := func(what string, mine, theirs int64) {
		b.add(measure.Row{What: size + what + ": memory, of what it was at first", Ours: share(mine, ours.fresh), Peer: share(theirs, peer.fresh),
			Who: peer.version, Lower: true, Note: fmt.Sprintf("%s of %s, the peer's %s of %s", measure.Mebibytes(mine), measure.Mebibytes(ours.fresh),
				measure.Mebibytes(theirs), measure.Mebibytes(peer.fresh))})
	}
	found := func(what string, mine, theirs found) {
		b.add(measure.Row{What: fmt.Sprintf("%s%s: recall@10 at ef %d", size, what, churnEf), Ours: measure.Of(100*mine.recall, "%"), Peer: measure.Of(100*theirs.recall, "%"),
			Who: peer.version, Note: fmt.Sprintf("fewer than 10 answers: %d queries, the peer's %d", mine.short, theirs.short)})
	}
	spent := func(what string, mine, theirs usage) {
		b.add(measure.Row{What: size + what + ": processor time", Ours: measure.Millis(mine.processor), Peer: measure.Millis(theirs.processor), Who: peer.version,
			Lower: true, Note: fmt.Sprintf("by the clock %s, the peer's %s", measure.Millis(mine.wall), measure.Millis(theirs.wall))})
	}
	const half, all = "half deleted at random", "everything replaced twice after that"
	found(half, ours.afterHalf, peer.afterHalf)
	held(half, ours.halved, peer.halved)
	spent(half+", the graph mended, memory given back", ours.deletion, peer.deletion)
	found(all, ours.atLast, peer.atLast)
	held(all, ours.last, peer.last)
	spent(all, ours.replacing, peer.replacing)
}
