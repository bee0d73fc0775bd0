package main

import (
	"context"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// growthDim is the dimension of the vectors, of which there can be many.
const growthDim = 128

// grow builds the engine's index of n vectors and one of ten times as many, and
// compares their searches, each at the ef that it needs. The smaller one is the peer.
func (b *bench) grow(ctx context.Context) error {
	sizes := []int{b.n, 10 * b.n}
	b.maker = newMaker(growthDim, sizes[1]) // one for both: more vectors of the same kind
	path, err := b.make("queries.f32", sizes[1], sizes[1]+b.queries)
	if err != nil {
		return err
	}
	var sides []*side
	var searches []measure.Side[found]
	defer func() {
		for _, s := range sides {
			s.Stop()
		}
	}()
	for _, n := range sizes {
		base, err := b.make(fmt.Sprintf("base%d.f32", n), 0, n)
		if err != nil {
			return err
		}
		queries, err := b.newSet(path, base, nil)
		if err != nil {
			return err
		}
		x, err := b.build(ctx, best(), base, 2, n)
		if err != nil {
			return err
		}
		s := &side{library: x.of, built: x}
		sides = append(sides, s)
		if s.setting, err = s.tuned(ctx, queries, k); err != nil {
			return err
		}
		searches = append(searches, s.side(ctx, queries, s.setting.ef))
	}
	took, err := measure.Alternate(b.runs, searches...)
	if err != nil {
		return err
	}
	for i, s := range sides {
		s.rate, s.clock = rates(took[i], b.queries)
	}
	small, large := sides[0], sides[1]
	b.add(measure.Row{What: fmt.Sprintf("queries a processor second in %d x %d, recall@10 of .95, %s", sizes[1], growthDim, large.at()),
		Ours: measure.Of(large.rate, "1/s"), Peer: measure.Of(small.rate, "1/s"), Who: fmt.Sprintf("itself in %d, %s", sizes[0], small.at()),
		Note: fmt.Sprintf("by the clock %s, the peer's %s; wanted: 0.45", measure.Of(large.clock, "1/s"), measure.Of(small.clock, "1/s"))})
	b.add(measure.Row{What: fmt.Sprintf("processor time of building %d x %d on 2 threads, for a thousand vectors", sizes[1], growthDim),
		Ours: measure.Of(processor(large.took)/float64(sizes[1]/1000), "s"), Peer: measure.Of(processor(small.took)/float64(sizes[0]/1000), "s"),
		Who: fmt.Sprintf("itself in %d", sizes[0]), Lower: true})
	return nil
}
