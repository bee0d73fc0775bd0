package engine

import (
	"fmt"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Whoever counts, lists or pages by a filter holds nobody up in the middle of it, and finds
// the items that there were when it began, each once, whatever comes of them meanwhile.
func TestAFilterHoldsNobodyUp(t *testing.T) {
	var x *Index
	put := func(ids ...string) {
		var list []Item
		for n, id := range ids {
			list = append(list, Item{ID: id, Vector: []float32{1, float32(n)}, Metadata: []byte(`{"wanted":true}`)})
		}
		batch, err := x.Check(list)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := x.Apply(batch); err != nil {
			t.Fatal(err)
		}
	}
	wanted, err := metadata.ParseFilter([]byte(`{"wanted":true}`))
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"deleted", "edited", "replaced", "replaced twice", "stays"}
	meanwhile := func() {
		put("replaced", "replaced twice", "new")
		put("replaced twice")
		x.Delete([]string{"deleted"})
		if object, err := metadata.Read([]byte(`{"wanted":true,"edited":true}`)); err != nil || !x.SetMetadata("edited", object) {
			t.Errorf("edited: %v", err)
		}
		if hits, err := x.Search(Query{Vector: []float32{1, 1}, K: 9, Filter: &wanted}); err != nil || len(hits) != len(all) {
			t.Errorf("a search finds %d, %v", len(hits), err)
		}
	}
	for name, ask := range map[string]func() []string{
		"matching": func() (ids []string) {
			err = x.matching(func(room []uint64) ([]uint64, error) {
				meanwhile()
				return x.meta.Match(wanted, room)
			}, func(slots []uint64) { ids = x.names.of(slots) })
			return ids
		},
		"scroll": func() (ids []string) {
			page, failed := x.scroll("", 100, func() (func(uint32) bool, error) {
				meanwhile()
				slots, err := x.meta.Match(wanted, nil)
				return func(slot uint32) bool { return slots[slot/64]>>(slot%64)&1 != 0 }, err
			}, true)
			for _, item := range page {
				if len(item.Vector) != 2 || len(item.Metadata) == 0 {
					t.Errorf("%+v", item)
				}
				ids = append(ids, item.ID)
			}
			err = failed
			return ids
		},
	} {
		if x, err = New(Config{Dimension: 2, MaxItems: 100}, simd.Best()); err != nil {
			t.Fatal(err)
		}
		put(all...)
		ids := ask()
		if slices.Sort(ids); err != nil || fmt.Sprint(ids) != fmt.Sprint(all) {
			t.Errorf("%s: %q, %v", name, ids, err)
		}
		if n, err := x.Count(&wanted); err != nil || n != len(all) {
			t.Errorf("%s: %d are counted afterwards, %v", name, n, err)
		}
		x.Close()
	}
}
