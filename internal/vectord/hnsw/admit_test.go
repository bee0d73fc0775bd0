package hnsw

import (
	"math/rand/v2"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// What is known of a full list when one more link comes must not change what is chosen.
func TestALinkIsAdmittedAsAllAreChosenAnew(t *testing.T) {
	const dimension, count = 24, 1500
	for _, config := range []Config{
		{Dimension: dimension, M: 4}, {Dimension: dimension, Metric: L2}, {Dimension: dimension, Metric: Dot, M: 6},
		{Dimension: dimension, M: 8, Float: true},
	} {
		config.EfConstruction = 60
		g, err := New(config, simd.Best())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		r := rand.New(rand.NewPCG(7, 7))
		var before []float32
		for range count {
			vector := make([]float32, dimension)
			for i := range vector {
				vector[i] = r.Float32() + float32(i%3)*r.Float32()
			}
			if r.IntN(20) == 0 && before != nil {
				vector = slices.Clone(before) // some are equal
			}
			before = slices.Clone(vector)
			slot, err := g.Put(vector)
			if err != nil {
				t.Fatal(err)
			}
			g.Show(slot)
			g.Link()
		}
		if tried := admitEach(t, g, r); tried < 20 {
			t.Errorf("%+v: only %d lists were full and known", config, tried)
		}
	}
}

// admitEach lets each list that is known have some slots of all over and of around it.
func admitEach(t *testing.T, g *Graph, r *rand.Rand) (tried int) {
	s := g.searchers.Get().(*searcher)
	defer g.searchers.Put(s)
	for slot := range g.end.Load() {
		apart := int(g.links.apart.data[slot])
		if apart == 0 {
			continue
		}
		tried++
		there := g.links.read(slot, 0, nil)
		others := append(g.links.read(there[r.IntN(len(there))], 0, nil), r.Uint32N(g.end.Load()), r.Uint32N(g.end.Load()))
		for _, other := range others {
			if other == slot || slices.Contains(there, other) {
				continue
			}
			anew, apartAnew := s.prune(slot, 0, append(slices.Clone(there), other))
			anew = slices.Clone(anew)
			admitted, apartNow := s.admit(slot, append(slices.Clone(there), other), apart)
			if !slices.Equal(anew, admitted) || apartAnew != apartNow {
				t.Fatalf("%+v, slot %d, %d apart of %v: with %d it is %v and %d, and anew %v and %d", g.config, slot, apart, there, other, admitted, apartNow, anew, apartAnew)
			}
		}
	}
	return tried
}
