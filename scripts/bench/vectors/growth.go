package main

import (
	"context"
	"fmt"
	"os"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// growthDim is the dimension of the vectors, of which there can be many.
const growthDim = 128

// shares are the latent dimensions of the two sets that growth is measured on: as many as
// make it harder than embeddings are, and the part of all that the other benches have,
// 96 of 768.
func shares() []int { return []int{usual, usual * growthDim / 768} }

// grown is a library's indexes of n vectors and of ten times as many.
type grown struct{ small, large *side }

// left gives the part of the queries a second that ten times the vectors leave.
func (g grown) left() float64 { return g.large.rate / g.small.rate }

// grow measures what ten times the vectors cost, the engine and hnswlib, in both sets.
func (b *bench) grow(ctx context.Context) error {
	libraries := []library{best()}
	if l, ok := b.peer("hnswlib"); ok {
		libraries = append(libraries, l)
	}
	for _, latent := range shares() {
		if err := b.growIn(ctx, latent, libraries); err != nil {
			return err
		}
	}
	return nil
}

// growIn builds each library's indexes of n vectors and of ten times as many, which lie in
// so many latent dimensions, and compares their searches, each at the ef that it needs.
func (b *bench) growIn(ctx context.Context, latent int, libraries []library) error {
	sizes := []int{b.n, 10 * b.n}
	b.maker = newMaker(latent, growthDim, sizes[1]) // one for both: more vectors of the same kind
	path, err := b.make("queries.f32", sizes[1], sizes[1]+b.queries)
	if err != nil {
		return err
	}
	var sides []*side // of each size, every library's
	defer func() {
		for _, s := range sides {
			s.Stop()
		}
	}()
	for _, n := range sizes {
		these, err := b.growTo(ctx, n, path, libraries)
		sides = append(sides, these...)
		if err != nil {
			return err
		}
	}
	kind := fmt.Sprintf("%d latent dimensions of %d", latent, growthDim)
	engine := grown{sides[0], sides[len(libraries)]}
	b.showGrowth(kind, sizes, engine)
	if len(libraries) > 1 {
		b.showBeside(kind, sizes, engine, grown{sides[1], sides[len(libraries)+1]})
	}
	return nil
}

// growTo builds and measures every library's index of n vectors.
func (b *bench) growTo(ctx context.Context, n int, path string, libraries []library) (sides []*side, err error) {
	base, err := b.make("base.f32", 0, n)
	if err != nil {
		return nil, err
	}
	defer os.Remove(base)
	queries, err := b.newSet(path, base, nil)
	if err != nil {
		return nil, err
	}
	var searches []measure.Side[found]
	for _, l := range libraries {
		x, err := b.build(ctx, l, base, 2, n)
		if err != nil {
			return sides, err
		}
		s := &side{library: x.of, built: x}
		sides = append(sides, s)
		if s.setting, err = s.tuned(ctx, queries, k); err != nil {
			return sides, err
		}
		say("%s", s.at())
		searches = append(searches, s.side(ctx, queries, s.setting.ef))
	}
	took, err := measure.Alternate(b.runs, searches...)
	for i, list := range took {
		sides[i].rate, sides[i].clock = rates(list, b.queries)
	}
	return sides, err
}

// showGrowth shows the engine beside itself.
func (b *bench) showGrowth(kind string, sizes []int, engine grown) {
	small, large := engine.small, engine.large
	b.add(measure.Row{What: fmt.Sprintf("queries a processor second in %d, %s, recall@10 of .95, %s", sizes[1], kind, large.at()),
		Ours: measure.Of(large.rate, "1/s"), Peer: measure.Of(small.rate, "1/s"), Who: fmt.Sprintf("itself in %d, %s", sizes[0], small.at()),
		Note: fmt.Sprintf("by the clock %s, the peer's %s; wanted: 0.45", measure.Of(large.clock, "1/s"), measure.Of(small.clock, "1/s"))})
	b.add(measure.Row{What: fmt.Sprintf("processor time of building %d on 2 threads, %s, for a thousand vectors", sizes[1], kind),
		Ours: perThousand(large, sizes[1]), Peer: perThousand(small, sizes[0]), Who: fmt.Sprintf("itself in %d", sizes[0]), Lower: true})
}

// showBeside shows the engine beside a peer.
func (b *bench) showBeside(kind string, sizes []int, engine, peer grown) {
	b.add(measure.Row{What: fmt.Sprintf("part of the queries a processor second that is left in %d of those in %d, %s", sizes[1], sizes[0], kind),
		Ours: measure.Of(engine.left(), "parts"), Peer: measure.Of(peer.left(), "parts"), Who: peer.large.version,
		Note: fmt.Sprintf("the peer needs ef %d in the one and %d in the other", peer.large.setting.ef, peer.small.setting.ef)})
	b.add(measure.Row{What: fmt.Sprintf("queries a processor second in %d, %s, recall@10 of .95, %s", sizes[1], kind, engine.large.at()),
		Ours: measure.Of(engine.large.rate, "1/s"), Peer: measure.Of(peer.large.rate, "1/s"), Who: peer.large.at(),
		Note: fmt.Sprintf("in %d it is %.2f times the peer's", sizes[0], engine.small.rate/peer.small.rate)})
	b.add(measure.Row{What: fmt.Sprintf("processor time of building %d on 2 threads, %s, for a thousand vectors", sizes[1], kind),
		Ours: perThousand(engine.large, sizes[1]), Peer: perThousand(peer.large, sizes[1]), Who: peer.large.version, Lower: true,
		Note: fmt.Sprintf("the peer in %d: %s", sizes[0], perThousand(peer.small, sizes[0]))})
}

func perThousand(s *side, n int) measure.Value {
	return measure.Of(processor(s.took)/float64(n)*1000, "s")
}
