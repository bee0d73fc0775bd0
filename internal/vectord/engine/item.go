package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Item is what an index holds.
type Item struct {
	ID       string
	Vector   []float32
	Metadata json.RawMessage // an object; nil is {}
}

// MaxID bounds an id, in bytes.
const MaxID = 1024

// ItemError says which item of a batch cannot be taken; its cause may be a
// [hnsw.VectorError].
type ItemError struct {
	Item int // from 0
	ID   string
	Err  error
}

func (e *ItemError) Error() string { return fmt.Sprintf("item %d (%q): %v", e.Item, e.ID, e.Err) }
func (e *ItemError) Unwrap() error { return e.Err }

// Batch is items that can be applied.
type Batch struct {
	items   []Item
	objects []metadata.Object
}

// Len gives the number of different ids in it.
func (b Batch) Len() int { return len(b.items) }

// Item gives one of its items, with the metadata as it is kept.
func (b Batch) Item(i int) Item {
	item := b.items[i]
	item.Metadata = b.objects[i].JSON()
	return item
}

// Check reads a batch. Of several items with the same id the last one counts. Its error
// is an [ItemError], about the first item that is wrong.
func (x *Index) Check(items []Item) (Batch, error) {
	at := make(map[string]int, len(items))
	var b Batch
	for i, item := range items {
		object, err := x.check(item)
		if err != nil {
			return Batch{}, &ItemError{i, item.ID, err}
		}
		if before, again := at[item.ID]; again {
			b.items[before], b.objects[before] = item, object
			continue
		}
		at[item.ID] = len(b.items)
		b.items, b.objects = append(b.items, item), append(b.objects, object)
	}
	return b, nil
}

func (x *Index) check(item Item) (metadata.Object, error) {
	switch {
	case item.ID == "":
		return metadata.Object{}, fmt.Errorf("the id is empty")
	case len(item.ID) > MaxID:
		return metadata.Object{}, fmt.Errorf("the id has %d bytes; it may have %d", len(item.ID), MaxID)
	case !utf8.ValidString(item.ID):
		return metadata.Object{}, fmt.Errorf("the id is not UTF-8")
	}
	if err := x.graph.Config().Check(item.Vector); err != nil {
		return metadata.Object{}, err
	}
	return metadata.Read(item.Metadata)
}

// Holds tells whether the index has this item already, with the same vector and, byte by
// byte, the same metadata. The vector is one that Check lets pass.
func (x *Index) Holds(item Item) (holds bool) {
	kept := slices.Clone(item.Vector)
	x.graph.Config().Keep(kept)
	x.graph.View(func() {
		slot, ok := x.names.slot(item.ID)
		holds = ok && slices.Equal(x.graph.Vector(slot), kept) && bytes.Equal(x.meta.Get(slot), item.Metadata)
	})
	return holds
}

// NewFields adds to a set the names of fields of a batch and of objects that the index does
// not know.
func (x *Index) NewFields(b Batch, objects []metadata.Object, to map[string]bool) {
	for _, list := range [][]metadata.Object{b.objects, objects} {
		for _, o := range list {
			x.meta.NewFields(o, to)
		}
	}
}

// RoomForFields tells whether names of fields that the index does not know may come. It is
// asked before a change is made: one that was made keeps its names. Its error is a
// [metadata.FieldsError].
func (x *Index) RoomForFields(names map[string]bool) error { return x.meta.RoomFor(names) }

// PossibleID tells that an item can be called so.
func PossibleID(id string) bool { return id != "" && len(id) <= MaxID && utf8.ValidString(id) }
