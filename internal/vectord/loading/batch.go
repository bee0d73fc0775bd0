package loading

import "git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"

// row is an item on its way into an index. Without a vector it has a text, of which that is
// made.
type row struct {
	engine.Item
	text *string // nil: none
}

// batch is rows that are put in together, once the vectors of their texts are made.
type batch struct {
	items []engine.Item
	texts []string
	bare  []int           // which of the items the texts are of
	ids   map[string]bool // of the items

	made      chan struct{} // closed when the vectors are
	truncated int
	err       error // why they are not
}

// next takes what waits as a batch; there may be nothing.
func (r *rows) next() *batch {
	b := &batch{ids: map[string]bool{}, made: make(chan struct{})}
	for _, row := range r.waiting {
		if row.ID == "" { // it has gone again
			continue
		}
		if row.Vector == nil {
			b.bare, b.texts = append(b.bare, len(b.items)), append(b.texts, *row.text)
		}
		b.items = append(b.items, row.Item)
		b.ids[row.ID] = true
	}
	r.waiting, r.at, r.bare, r.bytes = nil, map[string]int{}, 0, 0
	return b
}
