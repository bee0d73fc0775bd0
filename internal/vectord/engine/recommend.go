package engine

import "git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"

// example gives the vector that is like some items and unlike others, and the set of
// all of them.
func (x *Index) example(positive, negative []string) (vector []float32, ids map[string]bool, err error) {
	ids = make(map[string]bool, len(positive)+len(negative))
	sum := make([]float64, x.config.Dimension)
	longest := 0.0
	add := func(list []string, times float64) {
		for _, id := range list {
			slot, ok := x.names.slot(id)
			if !ok {
				err = &UnknownItemError{id}
				return
			}
			ids[id] = true
			part := x.graph.Vector(slot)
			longest = max(longest, length(part))
			for i := range part {
				sum[i] += float64(part[i]) * times / float64(len(list))
			}
		}
	}
	add(positive, 1+float64(min(len(negative), 1)))
	if err == nil {
		add(negative, -1)
	}
	if err != nil {
		return nil, nil, err
	}
	vector = make([]float32, len(sum))
	for i := range sum {
		vector[i] = float32(sum[i])
	}
	const nothing = 1e-6 // of the longest: what rounding leaves of vectors that are opposite
	if x.config.Metric != hnsw.L2 && length(vector) <= nothing*longest {
		return nil, nil, wrong("the positive and negative items cancel each other out, so that no direction is left; leave some of them out, or take others")
	}
	return vector, ids, x.graph.Config().Check(vector)
}
