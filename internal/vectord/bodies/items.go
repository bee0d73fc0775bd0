package bodies

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// ReadItems reads the batch of an add to an index of so many dimensions.
func ReadItems(r *http.Request, dimension int) ([]engine.Item, error) {
	read := Read[vector.Add]
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
		return nil, TooMany(n)
	}
	items := make([]engine.Item, len(batch.Items))
	for i, item := range batch.Items {
		if item.Vector == nil {
			return nil, withoutVector(i, item, dimension)
		}
		meta := item.Metadata
		if item.Text != "" {
			var err error
			if meta, err = withText(meta, item.Text); err != nil {
				return nil, &engine.ItemError{Item: i, ID: item.ID, Err: err}
			}
		}
		items[i] = engine.Item{ID: item.ID, Vector: item.Vector, Metadata: meta}
	}
	return items, nil
}

// withoutVector says of an item what it lacks.
func withoutVector(i int, item vector.Item, dimension int) error {
	p := vector.ErrBadVector.Errorf("item %d (%q) has no vector; give one of %d numbers; nothing of the batch was applied", i, item.ID, dimension)
	return p.With("item", i).With("id", item.ID).Private()
}

// TextField is the field of its metadata where the text of an item is kept.
const TextField = "text"

// withText puts a text behind what there is of metadata, as its field: that stays as it came.
func withText(meta json.RawMessage, text string) (json.RawMessage, error) {
	if len(meta) == 0 || string(meta) == "null" {
		meta = json.RawMessage("{}")
	}
	in := jsontext.NewDecoder(bytes.NewBuffer(meta), jsontext.AllowDuplicateNames(true)) // whoever reads the metadata judges these
	if start, err := in.ReadToken(); err != nil || start.Kind() != '{' {
		return nil, errNoObject
	}
	separator := ""
	for in.PeekKind() == '"' {
		name, err := in.ReadToken()
		if err != nil {
			return nil, errNoObject
		}
		if name.String() == TextField {
			return nil, errTwoTexts
		}
		if in.SkipValue() != nil {
			return nil, errNoObject
		}
		separator = ","
	}
	end := in.InputOffset()
	if last, err := in.ReadToken(); err != nil || last.Kind() != '}' {
		return nil, errNoObject
	}
	if _, err := in.ReadToken(); err != io.EOF {
		return nil, errNoObject
	}
	with := append(slices.Clip(meta[:end]), separator+`"`+TextField+`":`...)
	with, err := jsontext.AppendQuote(with, text)
	return append(with, '}'), err
}

var (
	errNoObject = errors.New("the metadata is no object")
	errTwoTexts = errors.New(`the text is given twice, as "text" and in the metadata's field "text"; give it once`)
)
