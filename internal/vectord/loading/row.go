package loading

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
)

// The columns of a load, as they are named or by their defaults.
func idColumn(want vector.NewLoad) string     { return cmp.Or(want.IDColumn, "id") }
func vectorColumn(want vector.NewLoad) string { return cmp.Or(want.VectorColumn, "vector") }
func textColumn(want vector.NewLoad) string   { return cmp.Or(want.TextColumn, texts.Field) }

// rowOf makes an item of a row: the metadata is the row without the id and the vector,
// as it came, but for whole numbers that came as text. Where texts are taken, one may stand
// for the vector.
func rowOf(line []byte, want vector.NewLoad, types columns, takesTexts bool) (row, error) {
	var item row
	in := jsontext.NewDecoder(strings.NewReader(string(line)))
	meta := []byte{'{'}
	if _, err := in.ReadToken(); err != nil {
		return item, err
	}
	for in.PeekKind() == '"' {
		token, err := in.ReadToken()
		if err != nil {
			return item, err
		}
		field := token.String() // the token goes with the next call
		value, err := in.ReadValue()
		if err != nil {
			return item, err
		}
		switch field {
		case idColumn(want):
			item.ID = idOf(value)
		case vectorColumn(want):
			if item.Vector, err = vectorOf(value); err != nil {
				return item, vector.ErrLoadColumns.Errorf("the column %q: %v", vectorColumn(want), err)
			}
		default:
			if field == textColumn(want) && value.Kind() == '"' {
				item.text = new(textOf(value))
			}
			if value.Kind() == 'n' { // null is as if it were not there
				continue
			}
			if len(meta) > 1 {
				meta = append(meta, ',')
			}
			if meta, err = jsontext.AppendQuote(meta, field); err != nil {
				return item, err
			}
			meta = append(append(meta, ':'), types.plain(field, value)...)
		}
	}
	item.Metadata = append(meta, '}')
	return item, item.lacks(want, takesTexts, line)
}

// lacks says what keeps a row from being an item.
func (r row) lacks(want vector.NewLoad, takesTexts bool, line []byte) error {
	switch {
	case r.ID == "":
		return vector.ErrLoadColumns.Errorf("it has no id in the column %q; name the column of ids by id_column, and leave rows without one out; there are %s", idColumn(want), columnsIn(line))
	case r.Vector == nil && takesTexts && r.text == nil:
		return vector.ErrLoadColumns.Errorf("it has no vector in the column %q, nor in the column %q a text that one is made of; name the columns by vector_column and text_column, and leave rows without either out; there are %s", vectorColumn(want), textColumn(want), columnsIn(line))
	case r.Vector == nil && !takesTexts && r.text != nil:
		return vector.ErrLoadColumns.Errorf("it has no vector in the column %q, and none is made of the text in the column %q, since the index has no model; name the column of vectors by vector_column, or load into an index with a model; there are %s", vectorColumn(want), textColumn(want), columnsIn(line))
	case r.Vector == nil && !takesTexts:
		return vector.ErrLoadColumns.Errorf("it has no vector in the column %q; name the column by vector_column, and leave rows without one out; there are %s", vectorColumn(want), columnsIn(line))
	}
	return nil
}

// columnsIn names the columns of a row, as many as fit a line.
func columnsIn(row []byte) string {
	var values map[string]json.RawMessage
	_ = json.Unmarshal(row, &values) // it was read already
	names := slices.Sorted(maps.Keys(values))
	return fmt.Sprintf("%.500s", strings.Join(names, ", "))
}

// vectorOf reads a list of numbers; those of decimals come as texts.
func vectorOf(value jsontext.Value) (v vector.Vector, err error) {
	if value.Kind() == 'n' {
		return nil, nil
	}
	err = v.UnmarshalJSON(bytes.ReplaceAll(value, []byte{'"'}, nil))
	return v, err
}

// idOf gives the text of an id that is text, or a number as it is written.
func idOf(value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		return textOf(value)
	case '0':
		return string(value)
	}
	return ""
}

// textOf gives a text; "" where it cannot be read.
func textOf(value jsontext.Value) (text string) {
	if json.Unmarshal(value, &text) != nil {
		return ""
	}
	return text
}
