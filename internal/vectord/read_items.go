package vectord

import (
	"encoding/json"
	"errors"
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// readItems reads the batch of an add.
func readItems(r *http.Request, x *index) ([]engine.Item, error) {
	read := readBody[vector.Add]
	if isArrow(r) {
		read = arrowItems
	}
	batch, err := read(r)
	if err != nil {
		return nil, err
	}
	switch n := len(batch.Items); {
	case n == 0:
		return nil, wire.ErrBadRequest.Errorf(`there are no items; send {"items": [{"id": "…", "vector": […], "metadata": {…}}]}`)
	case n > vector.MaxItems:
		return nil, tooMany(n)
	}
	items := make([]engine.Item, len(batch.Items))
	for i, item := range batch.Items {
		if item.Vector == nil {
			return nil, withoutVector(i, item, x)
		}
		meta := item.Metadata
		if item.Text != "" {
			var err error
			if meta, err = withText(meta, item.Text); err != nil {
				return nil, itemProblem(&engine.ItemError{Item: i, ID: item.ID, Err: err})
			}
		}
		items[i] = engine.Item{ID: item.ID, Vector: item.Vector, Metadata: meta}
	}
	return items, nil
}

// withoutVector says of an item what it lacks.
func withoutVector(i int, item vector.Item, x *index) error {
	p := vector.ErrBadVector.Errorf("item %d (%q) has no vector; give one of %d numbers; nothing of the batch was applied", i, item.ID, x.pointer.Shape.Dimension)
	return p.With("item", i).With("id", item.ID).Private()
}

// withText puts a text into metadata, under its field.
func withText(meta json.RawMessage, text string) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if len(meta) > 0 && string(meta) != "null" {
		if err := json.Unmarshal(meta, &fields); err != nil {
			return nil, errNoObject
		}
	}
	if _, there := fields[textField]; there {
		return nil, errTwoTexts
	}
	raw, err := json.Marshal(text)
	if err != nil {
		return nil, err
	}
	fields[textField] = raw
	return json.Marshal(fields)
}

var (
	errNoObject = errors.New("the metadata is no object")
	errTwoTexts = errors.New(`the text is given twice, as "text" and in the metadata's field "text"; give it once`)
)
