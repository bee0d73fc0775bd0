package engine

import (
	"context"
	"math/rand/v2"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// Recall tells how good the graph's answers are: of the k nearest neighbours of so many
// of the index's own vectors, the part that a search with ef finds, 0 to 1, where 0 is
// the default ef. Which vectors are asked for is drawn by Config.Seed, and sampled tells
// how many there were. An item is not its own neighbour, and one that is as near as the
// k-th counts as found. Each vector costs a look at every item. Its error is the
// context's.
func (x *Index) Recall(ctx context.Context, sample, k, ef int) (recall float64, sampled int, err error) {
	r := rand.New(rand.NewPCG(x.config.Seed, 1))
	right, all := 0, 0
	for _, id := range x.names.sample(r, sample) {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		x.graph.View(func() {
			slot, ok := x.names.slot(id)
			if !ok { // deleted just now
				return
			}
			found, of := x.agree(slot, k, ef)
			right, all, sampled = right+found, all+of, sampled+1
		})
	}
	if all == 0 {
		return 1, sampled, nil
	}
	return float64(right) / float64(all), sampled, nil
}

// agree tells how many of a slot's k nearest neighbours a search finds, and how many
// there are.
func (x *Index) agree(slot uint32, k, ef int) (found, of int) {
	neighbours := func(s hnsw.Search) []hnsw.Hit {
		s.Vector, s.K = x.graph.Vector(slot), k+1
		hits := x.graph.Search(s)
		for i, h := range hits {
			if h.Slot == slot {
				return append(hits[:i:i], hits[i+1:]...)
			}
		}
		return hits[:min(k, len(hits))]
	}
	exact := neighbours(hnsw.Search{Exact: true})
	if len(exact) == 0 {
		return 0, 0
	}
	for i, h := range neighbours(hnsw.Search{Ef: ef}) {
		if i < len(exact) && h.Distance <= exact[len(exact)-1].Distance {
			found++
		}
	}
	return found, len(exact)
}
