package loading

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// textColumnsOf tells of which columns vectors in an index of so many items may be while a load
// fills it; nil where that is not known. They are those of the loads before it and its own.
func textColumnsOf(want vector.NewLoad, before record, items int) []string {
	mine := textColumn(want)
	switch {
	case items == 0:
		return []string{mine}
	case before.TextColumns == nil || slices.Contains(before.TextColumns, mine):
		return before.TextColumns
	}
	return append(slices.Clone(before.TextColumns), mine)
}

// TextColumns tells of which fields loads made vectors, by what is known of the last one: those
// that have to change with the vectors, which the next load takes to be of them.
func (l *Loader) TextColumns(ctx context.Context, x *Target) ([]string, error) {
	last, err := l.last(ctx, x)
	switch {
	case errors.Is(err, vector.ErrLoadNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return append(slices.Clone(last.TextColumns), textColumn(last.NewLoad)), nil
}

// holds tells whether the index holds a row already. That of a text without a vector is not made
// again where all metadata are as they were, and it surely is of this column.
func (r *rows) holds(item row) bool {
	if item.Vector != nil {
		return r.open.Engine().Holds(item.Item)
	}
	kept, there := r.open.Engine().Metadata(item.ID)
	return there && bytes.Equal(kept, item.Metadata) && (r.tally.made(item.ID) || !r.want.Force && r.ofThisColumn(item))
}

// ofThisColumn tells whether the vector of a row that the index holds can be of no text but that
// of the load's column.
func (r *rows) ofThisColumn(item row) bool {
	if r.textColumns == nil {
		return false
	}
	var values map[string]json.RawMessage
	for _, column := range r.textColumns {
		if column == textColumn(r.want) {
			continue
		}
		if values == nil && json.Unmarshal(item.Metadata, &values) != nil {
			return false
		}
		var text string
		if json.Unmarshal(values[column], &text) == nil && text != "" && text != *item.text {
			return false
		}
	}
	return true
}
