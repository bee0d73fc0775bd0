package engine

import (
	"math/bits"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Scroll gives up to limit items in the order of their ids, from the first one after
// a given id on, that a filter matches; nil matches all. Its error is a
// [metadata.UnknownFieldError] or a [metadata.FilterError].
func (x *Index) Scroll(after string, limit int, filter *metadata.Filter, withVector bool) (items []Item, err error) {
	x.graph.View(func() {
		var slots []uint32
		x.names.mu.RLock() // so that no item changes its slot meanwhile
		defer x.names.mu.RUnlock()
		var allowed []uint64
		if filter != nil {
			if allowed, err = x.meta.Match(*filter, nil); err != nil {
				return
			}
		}
		x.names.after(after, func(id string, slot uint32) bool {
			if filter == nil || int(slot/64) < len(allowed) && allowed[slot/64]>>(slot%64)&1 != 0 {
				items, slots = append(items, Item{ID: id}), append(slots, slot)
			}
			return len(items) < limit
		})
		for i, slot := range slots {
			items[i].Metadata = x.meta.Get(slot)
			if withVector {
				items[i].Vector = x.graph.Vector(slot)
			}
		}
	})
	return items, err
}

// Matching gives the ids that a filter matches, in order, all of one moment. Its errors
// are those of Scroll.
func (x *Index) Matching(filter metadata.Filter) (ids []string, err error) {
	err = x.names.matching(func() ([]uint64, error) { return x.meta.Match(filter, nil) }, func(slots uint64, first int) {
		for ; slots != 0; slots &= slots - 1 {
			ids = append(ids, x.names.ids[first+bits.TrailingZeros64(slots)])
		}
	})
	slices.Sort(ids)
	return ids, err
}

// Count tells how many items a filter matches; nil matches all. Its errors are those of
// Scroll.
func (x *Index) Count(filter *metadata.Filter) (count int, err error) {
	if filter == nil {
		return x.Len(), nil
	}
	err = x.names.matching(func() ([]uint64, error) { return x.meta.Match(*filter, nil) }, func(slots uint64, _ int) {
		count += bits.OnesCount64(slots)
	})
	return count, err
}

// Len gives the number of items.
func (x *Index) Len() int {
	count, _ := x.names.count()
	return count
}
