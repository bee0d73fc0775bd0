package hnsw_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// Inserts, deletions, repairs and searches at once: what was inserted before a search
// began, and is never deleted, is found by it; what was deleted before is not.
func TestEverythingAtOnce(t *testing.T) {
	const dimension, rounds = 16, 200
	stay, come := clustered(500, dimension, 51), clustered(rounds*2, dimension, 52)
	g, err := hnsw.New(hnsw.Config{Dimension: dimension, Metric: hnsw.L2, EfConstruction: 40, MaxItems: 2000}, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	staying := map[uint32]bool{}
	for _, v := range stay {
		slot, err := g.Put(v)
		if err != nil {
			t.Fatal(err)
		}
		g.Show(slot)
		g.Link()
		staying[slot] = true
	}
	var busy, idle sync.WaitGroup
	done := make(chan struct{})
	for worker := range 2 { // each deletes what it inserted
		busy.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 5))
			var mine []uint32
			for i := range rounds {
				slot, err := g.Put(come[i*2+worker])
				if err != nil || staying[slot] {
					t.Errorf("slot %d: %v, %v", slot, err, staying[slot])
					return
				}
				g.Show(slot)
				g.Link()
				mine = append(mine, slot)
				if len(mine) > 20 {
					at := r.IntN(len(mine))
					gone := mine[at]
					mine = append(mine[:at], mine[at+1:]...)
					g.Delete(gone)
				}
			}
		})
	}
	idle.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				g.Repair()
			}
		}
	})
	for worker := range 2 {
		idle.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 6))
			for {
				select {
				case <-done:
					return
				default:
				}
				query := stay[r.IntN(len(stay))]
				g.View(func() {
					for _, hit := range g.Search(hnsw.Search{Vector: query, K: 1, Ef: 100}) {
						if hit.Distance > 1e-6 {
							t.Errorf("a vector of the graph is not found: the nearest is at %v", hit.Distance)
						}
					}
				})
			}
		})
	}
	busy.Wait()
	close(done)
	idle.Wait()
	g.Repair()
	if got := g.Stats(); got.Alive != len(stay)+40 || got.Tombstones != 0 {
		t.Errorf("in the end: %+v", got)
	}
}
