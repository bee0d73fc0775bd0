package main

import (
	"context"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// side is a library with all that was measured of it.
type side struct {
	library
	*built
	single, pair []usage // of builds on one thread and on two
	setting      setting
	rate, clock  float64 // queries a second, of processor time and of the clock
}

// compare builds every library's index, lets them search at the same recall, and shows
// the engine beside the peers.
func (b *bench) compare(ctx context.Context) error {
	base, path, err := b.given()
	if err != nil {
		return err
	}
	queries, err := b.newSet(path, base, nil)
	if err != nil {
		return err
	}
	say("%d vectors of %d numbers are there, and the truth about %d queries", b.n, b.dim, b.queries)
	var sides []*side
	defer func() {
		for _, s := range sides {
			if s.built != nil {
				s.Stop()
			}
		}
	}()
	for _, l := range b.libraries() {
		sides = append(sides, &side{library: l})
	}
	if err := b.buildAll(ctx, sides, base); err != nil {
		return err
	}
	if err := b.searchAll(ctx, sides, queries); err != nil {
		return err
	}
	b.showSearches(sides)
	b.showBuilds(sides)
	b.showMemory(sides)
	return b.filtered(ctx, sides, base, queries)
}

// buildAll builds every index, on one thread to be searched in, and on two.
func (b *bench) buildAll(ctx context.Context, sides []*side, base string) error {
	builds := make([]measure.Side[struct{}], len(sides))
	for i, s := range sides {
		builds[i] = func(int) (none struct{}, err error) {
			if s.built != nil {
				s.Stop()
				s.built = nil
			}
			twice, err := b.build(ctx, s.library, base, 2, b.n)
			if err != nil {
				return none, err
			}
			twice.Stop()
			if s.built, err = b.build(ctx, s.library, base, 1, b.n); err != nil {
				return none, err
			}
			s.single, s.pair = append(s.single, s.took), append(s.pair, twice.took)
			return none, nil
		}
	}
	_, err := measure.Alternate(b.builds, builds...)
	return err
}

// build makes an index and says so.
func (b *bench) build(ctx context.Context, l library, base string, threads, n int) (*built, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Items that are replaced need room beside the old ones until the graph is mended.
	x, err := l.build(request{Path: base, Dim: b.dim, Threads: threads, Room: n + n/4 + 4*batch})
	if err == nil {
		say("%s: built on %s in %.1f s, %.1f s of the processors", x.version, onThreads(threads), x.took.wall.Seconds(), x.took.processor.Seconds())
	}
	return x, err
}

// searchAll finds each side's ef, and then lets them search in turn.
func (b *bench) searchAll(ctx context.Context, sides []*side, queries *set) error {
	searches := make([]measure.Side[found], len(sides))
	for i, s := range sides {
		var err error
		if s.setting, err = s.tuned(ctx, queries, k); err != nil {
			return err
		}
		say("%s", s.at())
		searches[i] = s.side(ctx, queries, s.setting.ef)
	}
	took, err := measure.Alternate(b.runs, searches...)
	for i, list := range took {
		sides[i].rate, sides[i].clock = rates(list, b.queries)
	}
	return err
}

// tuned finds the ef that a side needs, which is at least some.
func (s *side) tuned(ctx context.Context, queries *set, least int) (setting, error) {
	return tune(least, func(ef int) (float64, error) {
		f, err := s.side(ctx, queries, ef)(0)
		return f.recall, err
	})
}

// pairs calls show for our best side with each peer, and for our others with hnswlib,
// or with the first peer there is.
func pairs(sides []*side, show func(ours, peer *side)) {
	var ours, peers []*side
	for _, s := range sides {
		if s.ours {
			ours = append(ours, s)
		} else {
			peers = append(peers, s)
		}
	}
	for i, s := range ours {
		for n, p := range peers {
			if i == 0 || n == 0 {
				show(s, p)
			}
		}
	}
}

func (s *side) at() string {
	text := fmt.Sprintf("%s at ef %d (%.3f)", s.version, s.setting.ef, s.setting.recall)
	switch {
	case s.setting.recall < enough:
		text += ", at its best"
	case s.setting.ef == k:
		text += ", the lowest"
	}
	return text
}

func (b *bench) showSearches(sides []*side) {
	quickest := 0.0 // of the peers that find enough
	for _, s := range sides {
		if !s.ours && s.setting.recall >= enough {
			quickest = max(quickest, s.rate)
		}
	}
	pairs(sides, func(ours, peer *side) {
		note := fmt.Sprintf("by the clock %s, the peer's %s", measure.Of(ours.clock, "1/s"), measure.Of(peer.clock, "1/s"))
		if peer.name == "hnswlib" {
			note += wantedOf(ours.library)
		}
		if ours.library.name == best().name && peer.rate == quickest {
			note += "; of all peers the quickest, wanted: 1.5"
		}
		b.add(measure.Row{What: "queries a processor second, recall@10 of .95, " + ours.at(),
			Ours: measure.Of(ours.rate, "1/s"), Peer: measure.Of(peer.rate, "1/s"), Who: peer.at(), Note: note})
	})
}

func (b *bench) showBuilds(sides []*side) {
	for _, threads := range []int{1, 2} {
		pairs(sides, func(ours, peer *side) {
			mine, theirs := ours.single, peer.single
			if threads == 2 {
				mine, theirs = ours.pair, peer.pair
			}
			note := fmt.Sprintf("by the clock %s, the peer's %s", seconds(mine, wall), seconds(theirs, wall))
			if peer.name == "hnswlib" && ours.library.name == best().name {
				note += "; wanted: 0.5"
			}
			b.add(measure.Row{What: fmt.Sprintf("processor time of building %d x %d on %s, %s", b.n, b.dim, onThreads(threads), ours.version),
				Ours: seconds(mine, processor), Peer: seconds(theirs, processor), Who: peer.version, Lower: true, Note: note})
		})
	}
}

func onThreads(n int) string {
	if n == 1 {
		return "one thread"
	}
	return fmt.Sprintf("%d threads", n)
}

func wall(u usage) float64      { return u.wall.Seconds() }
func processor(u usage) float64 { return u.processor.Seconds() }

// seconds gives the median of one field.
func seconds(list []usage, of func(usage) float64) measure.Value {
	var all []float64
	for _, u := range list {
		all = append(all, of(u))
	}
	return measure.Of(measure.Median(all), "s")
}

func (b *bench) showMemory(sides []*side) {
	pairs(sides, func(ours, peer *side) {
		each := func(s *side) measure.Value { return measure.Of(float64(s.bytes)/float64(b.n), "B") }
		per := func(s *side) measure.Value {
			return measure.Of(float64(s.bytes)/float64(b.n)/float64(b.dim), "B")
		}
		b.add(measure.Row{What: "resident memory for each number of a vector, " + ours.version, Ours: per(ours), Peer: per(peer), Who: peer.version,
			Lower: true, Note: fmt.Sprintf("for a vector %s, the peer's %s", each(ours), each(peer))})
	})
}
