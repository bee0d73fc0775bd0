package loading

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
)

// textColumns are the columns of whose texts the vectors of an index may be that were made of
// texts; nil where that is not known: before the first load, or when the last one is forgotten.
type textColumns []string

// begin gives them while a load by a column fills an index of so many items. Where others have
// changed that since the load before, they may have added items, whose vectors are of [texts.Field].
func (c textColumns) begin(mine string, items int, changed bool) textColumns {
	switch {
	case items == 0:
		return textColumns{mine}
	case c == nil:
		return nil
	case changed:
		return c.with(texts.Field).with(mine)
	}
	return c.with(mine)
}

// end gives them when a load by a column has succeeded, whose rows are all of the index or not.
// Where nothing was known of the other items they were added, unless the last load was forgotten.
func (c textColumns) end(mine string, all bool) textColumns {
	switch {
	case all:
		return textColumns{mine}
	case c == nil:
		return textColumns{mine}.with(texts.Field)
	}
	return c
}

// only tells whether the vector of an item can be of no text but that of its column mine.
func (c textColumns) only(mine, text string, metadata json.RawMessage) bool {
	var values map[string]json.RawMessage
	for _, column := range c {
		if column == mine {
			continue
		}
		if values == nil && json.Unmarshal(metadata, &values) != nil {
			return false
		}
		var other string
		if json.Unmarshal(values[column], &other) == nil && other != "" && other != text {
			return false
		}
	}
	return c != nil
}

func (c textColumns) with(column string) textColumns {
	if slices.Contains(c, column) {
		return c
	}
	return append(slices.Clip(c), column)
}

// TextFields tells of which fields vectors were made, by adds and by what is known of the last
// load: those that have to change with the vectors, which the next load takes to be of them.
func (l *Loader) TextFields(ctx context.Context, x *Target) ([]string, error) {
	if read := x.textFields(); read != nil {
		return read, nil
	}
	last, err := l.last(ctx, x)
	if err != nil && !errors.Is(err, vector.ErrLoadNotFound) {
		return nil, err
	}
	fields := last.textFields()
	x.setTextFields(fields)
	return fields, nil
}

// textFields are those of no load, too.
func (r record) textFields() []string {
	return r.TextColumns.with(textColumn(r.NewLoad)).with(texts.Field)
}

// holds tells whether the index holds a row already. That of a text without a vector is not made
// again where all metadata are as they were, and it surely is of this column.
func (r *rows) holds(item row) bool {
	if item.Vector != nil {
		return r.open.Engine().Holds(item.Item)
	}
	kept, there := r.open.Engine().Metadata(item.ID)
	return there && bytes.Equal(kept, item.Metadata) &&
		(r.tally.made(item.ID) || !r.want.Force && r.textColumns.only(textColumn(r.want), *item.text, item.Metadata))
}
