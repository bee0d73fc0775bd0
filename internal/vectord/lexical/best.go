package lexical

import "slices"

// scored is a hit in steps.
type scored struct {
	slot  uint32
	score int64
}

// worse orders hits: less score, or a greater slot at the same.
func (a scored) worse(b scored) bool {
	return a.score < b.score || a.score == b.score && a.slot > b.slot
}

// best keeps the k best of the hits offered, in a heap with the worst on top.
type best struct {
	k    int
	heap []scored
}

// bar gives the score that a hit must exceed to be kept, 0 at first. Hits come by ascending
// slot, so that an equal score is not enough.
func (b *best) bar() int64 {
	if len(b.heap) < b.k {
		return 0
	}
	return b.heap[0].score
}

func (b *best) offer(h scored) {
	if len(b.heap) < b.k {
		b.heap = append(b.heap, h)
		for i := len(b.heap) - 1; i > 0; {
			up := (i - 1) / 2
			if !b.heap[i].worse(b.heap[up]) {
				break
			}
			b.heap[i], b.heap[up] = b.heap[up], b.heap[i]
			i = up
		}
		return
	}
	if !b.heap[0].worse(h) {
		return
	}
	b.heap[0] = h
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(b.heap) {
			return
		}
		if down+1 < len(b.heap) && b.heap[down+1].worse(b.heap[down]) {
			down++
		}
		if !b.heap[down].worse(b.heap[i]) {
			return
		}
		b.heap[i], b.heap[down] = b.heap[down], b.heap[i]
		i = down
	}
}

// hits gives what was kept, the best first.
func (b *best) hits() []Hit {
	slices.SortFunc(b.heap, func(a, b scored) int {
		if b.worse(a) {
			return -1
		}
		return 1
	})
	out := make([]Hit, len(b.heap))
	for i, h := range b.heap {
		out[i] = Hit{Slot: h.slot, Score: float64(h.score) / steps}
	}
	return out
}
