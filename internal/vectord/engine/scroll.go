package engine

import (
	"math/bits"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Scroll gives up to limit items in the order of their ids, from the first one after
// a given id on, that a filter matches; nil matches all. They are those that there were
// when it began, each as it was then or, where its metadata was edited since, as it is. Its
// error is a [metadata.UnknownFieldError] or a [metadata.FilterError].
func (x *Index) Scroll(after string, limit int, filter *metadata.Filter, withVector bool) (items []Item, err error) {
	every := func(uint32) bool { return true }
	if filter == nil {
		return x.scroll(after, limit, func() (func(uint32) bool, error) { return every, nil }, withVector)
	}
	return x.scroll(after, limit, func() (func(uint32) bool, error) {
		allowed, err := x.meta.Match(*filter, nil)
		return func(slot uint32) bool {
			return int(slot/64) < len(allowed) && allowed[slot/64]>>(slot%64)&1 != 0
		}, err
	}, withVector)
}

// scroll is Scroll over the slots that find tells, which may take as long as it wants.
func (x *Index) scroll(after string, limit int, find func() (matches func(slot uint32) bool, err error), withVector bool) (items []Item, err error) {
	x.graph.View(func() {
		then := x.names.then()
		matches, failed := find()
		if err = failed; err != nil {
			return
		}
		then.after(after, func(id string, slot uint32) bool {
			if !matches(slot) {
				return true
			}
			item := Item{ID: id, Metadata: x.meta.Get(slot)}
			if withVector {
				item.Vector = x.graph.Vector(slot)
			}
			items = append(items, item)
			return len(items) < limit
		})
	})
	return items, err
}

// Matching gives the ids that a filter matches, in order, all of the moment when it began.
// Its errors are those of Scroll.
func (x *Index) Matching(filter metadata.Filter) (ids []string, err error) {
	err = x.matching(x.asking(filter), func(slots []uint64) { ids = x.names.of(slots) })
	slices.Sort(ids)
	return ids, err
}

// Count tells how many items a filter matches; nil matches all. Its errors are those of
// Scroll.
func (x *Index) Count(filter *metadata.Filter) (count int, err error) {
	if filter == nil {
		return x.Len(), nil
	}
	err = x.matching(x.asking(*filter), func(slots []uint64) {
		for _, word := range slots {
			count += bits.OnesCount64(word)
		}
	})
	return count, err
}

// asking gives what finds the slots that a filter matches.
func (x *Index) asking(filter metadata.Filter) func(room []uint64) ([]uint64, error) {
	return func(room []uint64) ([]uint64, error) { return x.meta.Match(filter, room) }
}

// matching lets find look for slots as long as it takes, and then use have, as bits, those
// of them that were items' when it began: one for each. Nobody waits for either but who
// buries slots, since what they are is not to change.
func (x *Index) matching(find func(room []uint64) ([]uint64, error), use func(slots []uint64)) (err error) {
	r := x.rooms.Get().(*room)
	defer x.rooms.Put(r)
	x.graph.View(func() {
		r.leading = x.names.leading(r.leading)
		found, failed := find(r.allowed)
		if err = failed; err != nil {
			return
		}
		r.allowed = found
		found = found[:min(len(found), len(r.leading))]
		for at := range found {
			found[at] &= r.leading[at]
		}
		use(found)
	})
	return err
}

// Len gives the number of items.
func (x *Index) Len() int {
	count, _ := x.names.count()
	return count
}
