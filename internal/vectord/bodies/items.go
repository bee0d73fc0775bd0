package bodies

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Batch is what an add puts in. Items that came as texts have no vectors yet.
type Batch struct {
	Items []engine.Item
	Bare  []int    // which of them came as texts
	Texts []string // of these
}

// ReadItems reads the batch of an add to an index of a shape.
func ReadItems(r *http.Request, shape vector.Shape) (Batch, error) {
	read := Read[vector.Add]
	if isArrow(r) {
		read = arrowItems
	}
	batch, err := read(r)
	switch {
	case err != nil && !isArrow(r):
		return Batch{}, formed(err)
	case err != nil:
		return Batch{}, err
	case len(batch.Items) == 0:
		return Batch{}, wire.ErrBadRequest.Errorf("there are no items").Advise(form)
	}
	b := Batch{Items: make([]engine.Item, len(batch.Items))}
	for i, item := range batch.Items {
		if err := metadata.CheckLength(item.Metadata); err != nil {
			return Batch{}, &engine.ItemError{Item: i, ID: item.ID, Err: err}
		}
		if item.Vector == nil {
			if err := b.bare(i, item, shape); err != nil {
				return Batch{}, err
			}
		}
		meta := item.Metadata
		if item.Text != nil && *item.Text != "" {
			if meta, err = withText(meta, *item.Text); err != nil {
				return Batch{}, &engine.ItemError{Item: i, ID: item.ID, Err: err}
			}
		}
		b.Items[i] = engine.Item{ID: item.ID, Vector: item.Vector, Metadata: meta}
	}
	return b, nil
}

// form shows what an add is.
const form = `send {"items": [{"id": "…", "vector": […], "text": "…", "metadata": {…}}]}, of vector and text what there is`

// formed shows to whoever sends something else, as an item or a list of them, what an add is.
func formed(err error) error {
	p, is := errors.AsType[*wire.Problem](err)
	if !is {
		return err
	}
	if field, _ := p.Fields["field"].(string); p.Is(wire.ErrUnknownField) || p.Is(wire.ErrBadRequest) && field == "" {
		return p.Advise(form)
	}
	return err
}

// bare takes an item that has no vector, which its text is to become: that which it comes with,
// or that which it has kept, as items are given back.
func (b *Batch) bare(i int, item vector.Item, shape vector.Shape) error {
	text := item.Text
	if text == nil {
		text = keptText(item.Metadata)
	}
	if shape.Model == "" || text == nil {
		return withoutVector(i, item, shape)
	}
	if err := texts.Check(*text); err != nil {
		return &engine.ItemError{Item: i, ID: item.ID, Err: err}
	}
	b.Bare, b.Texts = append(b.Bare, i), append(b.Texts, *text)
	return nil
}

// keptText gives the text that is kept in metadata, if one is.
func keptText(meta json.RawMessage) *string {
	var kept struct {
		Text *string `json:"text"` // texts.Field
	}
	if jsonv2.Unmarshal(meta, &kept, jsontext.AllowDuplicateNames(true)) != nil { // whoever reads the metadata says why
		return nil
	}
	return kept.Text
}

// With gives the items with a vector in the place of those that are not made yet.
func (b *Batch) With(standIn vector.Vector) []engine.Item {
	items := slices.Clone(b.Items)
	for _, at := range b.Bare {
		items[at].Vector = standIn
	}
	return items
}

// Complete gives those that came as texts their vectors.
func (b *Batch) Complete(vectors []vector.Vector) {
	for i, at := range b.Bare {
		b.Items[at].Vector = vectors[i]
	}
}

// withoutVector says of an item what it lacks.
func withoutVector(i int, item vector.Item, shape vector.Shape) error {
	words := "give one of %d numbers"
	switch {
	case shape.Model != "":
		words += `, or a "text", of which the model of the index makes one`
	case item.Text != nil:
		words += `; none is made of its text, since the index has no model`
	}
	p := vector.ErrBadVector.Errorf("item %d (%q) has no vector; "+words+"; nothing of the batch was applied", i, item.ID, shape.Dimension)
	return p.With("item", i).With("id", item.ID).Private()
}

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
		if name.String() == texts.Field {
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
	with := append(slices.Clip(meta[:end]), separator+`"`+texts.Field+`":`...)
	with, err := jsontext.AppendQuote(with, text)
	return append(with, '}'), err
}

var (
	errNoObject = errors.New("the metadata is no object")
	errTwoTexts = errors.New(`the text is given twice, as "text" and in the metadata's field "text"; give it once`)
)
