package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// parts in thousandths of the vectors are what the filters let pass.
func parts() []int { return []int{500, 100, 10, 1} }

// filterQueries are asked with each filter at most.
const filterQueries = 200

// filtered narrows searches to a part of the vectors, which is drawn by chance, near the
// queries or far from them. The peer is faiss, which like the engine takes a filter to
// the graph; its set is there before the clock runs, the engine finds its own by
// metadata meanwhile.
func (b *bench) filtered(ctx context.Context, sides []*side, base string, queries *set) error {
	var ours, peer *side
	for _, s := range sides {
		if s.library.name == best().name {
			ours = s
		}
		if s.library.name == "faiss" {
			peer = s
		}
	}
	if peer == nil {
		say("filters are left out: faiss, their peer, is not there")
		return nil
	}
	kinds, err := b.kinds(base, queries)
	if err != nil {
		return err
	}
	mark := request{Op: "mark", Marks: map[string]string{}}
	for _, kind := range kinds {
		mark.Marks[kind.field] = kind.numbers
	}
	for _, part := range parts() {
		mark.Limits = append(mark.Limits, b.n*part/1000)
	}
	for _, s := range []*side{ours, peer} {
		if _, err := s.do(mark); err != nil {
			return err
		}
	}
	for _, kind := range kinds {
		for _, part := range parts() {
			if err := b.filter(ctx, ours, peer, base, kind, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// kind of filter: which ids pass is told by a number of each, in a file.
type kind struct {
	name    string
	field   string
	numbers string
	order   []int32
	queries string
}

// kinds lays the files out. The filters of nearness let those pass that are nearest to a
// pole; queries lie round it, or round its opposite.
func (b *bench) kinds(base string, queries *set) ([]kind, error) {
	all, err := read[float32](base)
	if err != nil {
		return nil, err
	}
	chance := make([]int32, b.n)
	for i, n := range rand.New(rand.NewPCG(3, 3)).Perm(b.n) {
		chance[i] = int32(n)
	}
	pole := queries.list[len(queries.list)-1] // which is not asked itself, unless there are few
	rank := make([]int32, b.n)
	for n, id := range truth(all, [][]float32{pole}, b.dim, b.n, nil)[0] {
		rank[id] = int32(n)
	}
	list := queries.list[:min(filterQueries, len(queries.list))]
	files := map[string]string{}
	for name, v := range map[string][]float32{"some": slices.Concat(list...), "near": around(list, pole, 1), "far": around(list, pole, -1)} {
		if files[name], err = write(b, name+".f32", v); err != nil {
			return nil, err
		}
	}
	for name, numbers := range map[string][]int32{"chance": chance, "rank": rank} {
		if files[name], err = write(b, name+".i32", numbers); err != nil {
			return nil, err
		}
	}
	return []kind{
		{"drawn by chance", "chance", files["chance"], chance, files["some"]},
		{"near the query", "rank", files["rank"], rank, files["near"]},
		{"far from the query", "rank", files["rank"], rank, files["far"]},
	}, nil
}

// around brings queries nearer to the pole, or to its opposite.
func around(queries [][]float32, pole []float32, sign float32) []float32 {
	var all []float32
	for _, q := range queries {
		v, squares := make([]float32, len(q)), 0.0
		for i := range v {
			v[i] = q[i] + sign*pole[i]
			squares += float64(v[i]) * float64(v[i])
		}
		for i := range v {
			v[i] = float32(float64(v[i]) / math.Sqrt(squares))
		}
		all = append(all, v...)
	}
	return all
}

// filter adds the row of one filter. Both sides have the ef that they need without one,
// or a larger one if that is too small for enough recall.
func (b *bench) filter(ctx context.Context, ours, peer *side, base string, kind kind, part int) error {
	below := b.n * part / 1000
	s, err := b.newSet(kind.queries, base, func(id int) bool { return int(kind.order[id]) < below })
	if err != nil {
		return err
	}
	s.field, s.below = kind.field, below
	var searches []measure.Side[found]
	var notes []string
	for _, x := range []*side{ours, peer} {
		before, err := x.side(ctx, s, x.setting.ef)(0)
		if err != nil {
			return err
		}
		needed, err := x.tuned(ctx, s, x.setting.ef)
		if err != nil {
			return err
		}
		note := fmt.Sprintf("recall@10 %.3f at ef %d", before.recall, x.setting.ef)
		if needed.ef != x.setting.ef {
			note += fmt.Sprintf(", so asked at ef %d (%.3f)", needed.ef, needed.recall)
		}
		notes = append(notes, note)
		searches = append(searches, x.side(ctx, s, needed.ef))
	}
	took, err := measure.Alternate(min(b.runs, 3), searches...)
	if err != nil {
		return err
	}
	rate, clock := rates(took[0], len(s.list))
	peerRate, peerClock := rates(took[1], len(s.list))
	b.add(measure.Row{What: fmt.Sprintf("queries a processor second, a filter that %.4g%% pass, %s", float64(part)/10, kind.name),
		Ours: measure.Of(rate, "1/s"), Peer: measure.Of(peerRate, "1/s"), Who: peer.version,
		Note: fmt.Sprintf("%s; the peer: %s; fewer than 10 answers: %d of %d queries, the peer's %d; by the clock %s, the peer's %s", notes[0], notes[1],
			took[0][0].short, len(s.list), took[1][0].short, measure.Of(clock, "1/s"), measure.Of(peerClock, "1/s"))})
	return nil
}
