package fleet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// crashIndex is the one index of a client: of each item the number of the operation that
// put it in, which makes its vector, and that of the last one that marked it, or 0. nil
// is no index.
type crashIndex map[string][2]int

const (
	crashIndexEnd   = "_index"
	crashItems      = 60 // different ids
	crashDimensions = 3
)

func (c *crashClient) indexName() string { return fmt.Sprintf("c%d%s", c.number, crashIndexEnd) }

func isCrashIndex(name string) bool { return strings.HasSuffix(name, crashIndexEnd) }

// crashVector is the vector of an item that an operation put in.
func crashVector(serial int) vector.Vector { return vector.Vector{float32(serial), 1, -0.5} }

// indexPicture is what is to be seen of the index.
func (w *world) indexPicture() (p picture) {
	if w.index == nil {
		return p
	}
	p.columns = "an index"
	for _, id := range slices.Sorted(maps.Keys(w.index)) {
		p.rows = append(p.rows, itemLine(id, crashVector(w.index[id][0]), w.index[id][1]))
	}
	return p
}

func itemLine(id string, v vector.Vector, mark int) string {
	return fmt.Sprintf("%s %v %d", id, v, mark)
}

// crashMeta is the metadata of an item.
type crashMeta struct {
	Serial int `json:"serial"`
	Mark   int `json:"mark,omitempty"`
}

// lookAtIndex sees all that can be seen of an index, however long it takes to be told.
func (c *crashClient) lookAtIndex(name string) (p picture) {
	ctx, cancel := c.context()
	defer cancel()
	c.must("items of "+name, vector.ErrIndexNotFound, func() error {
		p = picture{}
		page, err := c.vectors.Scroll(ctx, name, "", vector.Scroll{Limit: vector.MaxPage, WithVector: true})
		if err != nil {
			return err
		}
		p.columns = "an index"
		for _, item := range page.Items {
			var meta crashMeta
			if err := json.Unmarshal(item.Metadata, &meta); err != nil || !slices.Equal(item.Vector, crashVector(meta.Serial)) {
				return wrong("the item %s is a mixture: %v, %s, %v", item.ID, item.Vector, item.Metadata, err)
			}
			p.rows = append(p.rows, itemLine(item.ID, item.Vector, meta.Mark))
		}
		return nil
	})
	return p
}

// vectorChange is an operation on the index; the same again has the same effect.
func (c *crashClient) vectorChange(kind string, apply func(crashIndex), do func(ctx context.Context, name string) error) operation {
	o := c.change(kind, c.indexName(), func(w *world) { apply(w.index) }, nil)
	o.table, o.again = "", true // its rows are not a table's
	o.do = func(int) error {
		ctx, cancel := c.context()
		defer cancel()
		return do(ctx, c.indexName())
	}
	return o
}

// indexes makes an index, changes it in one of the ways that there are, or drops it.
func (c *crashClient) indexes() (operation, bool) {
	serial := c.serial
	if c.world.index == nil {
		o := c.vectorChange("index", nil, func(ctx context.Context, name string) error {
			_, _, err := c.vectors.Create(ctx, vector.NewIndex{Name: name, Shape: vector.Shape{Dimension: crashDimensions, Metric: vector.L2}, IfNotExists: true})
			return err
		})
		o.apply = func(w *world) { w.index = crashIndex{} }
		return o, true
	}
	switch c.dice.IntN(12) {
	case 0:
		o := c.vectorChange("drop index", nil, func(ctx context.Context, name string) error { return c.vectors.Drop(ctx, name) })
		o.apply, o.again = func(w *world) { w.index = nil }, false
		return o, true
	case 1, 2:
		ids := c.itemIDs(1 + c.dice.IntN(10))
		return c.vectorChange("delete items", func(x crashIndex) {
			maps.DeleteFunc(x, func(id string, _ [2]int) bool { return slices.Contains(ids, id) })
		},
			func(ctx context.Context, name string) error {
				_, err := c.vectors.Delete(ctx, name, vector.Select{IDs: ids})
				return err
			}), true
	case 3:
		if len(c.world.index) == 0 { // no field to filter by
			return operation{}, false
		}
		bound := max(1, serial-5)
		return c.vectorChange("delete old items", func(x crashIndex) { maps.DeleteFunc(x, func(_ string, v [2]int) bool { return v[0] < bound }) },
			func(ctx context.Context, name string) error {
				_, err := c.vectors.Delete(ctx, name, vector.Select{Filter: fmt.Appendf(nil, `{"serial":{"lt":%d}}`, bound)})
				return err
			}), true
	case 4, 5:
		ids := c.itemIDs(1 + c.dice.IntN(5))
		return c.vectorChange("mark items", func(x crashIndex) {
			for _, id := range ids {
				if v, ok := x[id]; ok {
					x[id] = [2]int{v[0], serial}
				}
			}
		}, func(ctx context.Context, name string) error {
			_, err := c.vectors.Update(ctx, name, vector.Update{Select: vector.Select{IDs: ids}, Set: map[string]json.RawMessage{"mark": fmt.Appendf(nil, "%d", serial)}})
			return err
		}), true
	case 6:
		ids := c.itemIDs(1 + c.dice.IntN(3))
		return c.vectorChange("erase items", func(x crashIndex) {
			maps.DeleteFunc(x, func(id string, _ [2]int) bool { return slices.Contains(ids, id) })
		},
			func(ctx context.Context, name string) error {
				_, err := c.vectors.Erase(ctx, name, vector.Erase{Select: vector.Select{IDs: ids}})
				return err
			}), true
	}
	ids := c.itemIDs(1 + c.dice.IntN(20))
	return c.vectorChange("add items", func(x crashIndex) {
		for _, id := range ids {
			x[id] = [2]int{serial, 0}
		}
	}, func(ctx context.Context, name string) error {
		var batch []vector.Item
		for _, id := range ids {
			batch = append(batch, vector.Item{ID: id, Vector: crashVector(serial), Metadata: fmt.Appendf(nil, `{"serial":%d}`, serial)})
		}
		_, err := c.vectors.Add(ctx, name, batch)
		return err
	}), true
}

// itemIDs draws different ids.
func (c *crashClient) itemIDs(count int) (ids []string) {
	for _, n := range c.dice.Perm(crashItems)[:count] {
		ids = append(ids, fmt.Sprintf("i%02d", n))
	}
	return ids
}

// searches has the index find all that it holds, by the graph and exactly.
func (c *crashClient) searches() (operation, bool) {
	x := c.world.index
	if x == nil {
		return operation{}, false
	}
	want := slices.Sorted(maps.Keys(x))
	search := vector.Search{Vector: vector.Vector{1, 1, 1}, K: new(crashItems + 1), Exact: c.dice.IntN(2) == 0}
	o := operation{kind: "search", what: c.indexName(), again: true, insist: true}
	o.do = func(int) error {
		ctx, cancel := c.context()
		defer cancel()
		found, err := c.vectors.Search(ctx, c.indexName(), search)
		if err != nil {
			return err
		}
		var got []string
		for _, r := range found.Results {
			got = append(got, r.ID)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			return wrong("found %v, want %v", got, want)
		}
		return nil
	}
	return o, true
}
