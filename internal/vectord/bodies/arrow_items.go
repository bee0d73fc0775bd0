package bodies

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// isArrow tells whether a request's body is a stream of Arrow.
func isArrow(r *http.Request) bool {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return media == arrowin.Media || media == arrowin.FileMedia // which says of a file that it is none
}

// maxStream is how much memory a stream may take, unpacked.
const maxStream = 512 << 20

// arrowItems reads the items of an add: the columns id and vector, or text in its place, and of
// text and metadata (JSON) those that are there; every other column is a field of the metadata.
func arrowItems(r *http.Request) (vector.Add, error) {
	var add vector.Add
	err := arrowin.Read(r.Body, memory.DefaultAllocator, maxStream, func(batch arrow.RecordBatch) error {
		if n := len(add.Items) + int(batch.NumRows()); n > vector.MaxItems {
			return tooMany(n)
		}
		items, err := itemsOf(batch)
		add.Items = append(add.Items, items...)
		return err
	})
	return add, err
}

func itemsOf(batch arrow.RecordBatch) ([]vector.Item, error) {
	items := make([]vector.Item, batch.NumRows())
	fields := map[string]arrow.Array{}
	seen := map[string]bool{}
	for i, column := range batch.Columns() {
		var err error
		switch name := batch.ColumnName(i); name {
		case "id":
			err = textsOf(column, func(i int, s string) { items[i].ID = strings.Clone(s) })
		case "text":
			err = textsOf(column, func(i int, s string) { items[i].Text = new(strings.Clone(s)) })
		case "metadata":
			err = textsOf(column, func(i int, s string) { items[i].Metadata = json.RawMessage(s) })
		case "vector":
			err = vectors(column, func(i int, v vector.Vector) { items[i].Vector = v })
		default:
			fields[name] = column
		}
		if name := batch.ColumnName(i); err != nil {
			return nil, wire.ErrBadRequest.Errorf("column %q: %v", name, err).With("column", name)
		} else if seen[name] {
			return nil, wire.ErrBadRequest.Errorf("there are two columns %q; give each its own name", name).With("column", name)
		} else {
			seen[name] = true
		}
	}
	for _, need := range []string{"id", "vector"} {
		if !seen[need] && !(need == "vector" && seen["text"]) {
			return nil, wire.ErrBadRequest.Errorf("there is no column %q; an add has id (text) and vector (a list of float32), in an index with a model in its place text, and may have text, metadata (JSON) and others, which are fields of the metadata", need).With("column", need)
		}
	}
	return items, addFields(items, fields, seen["metadata"])
}

// addFields makes metadata of columns.
func addFields(items []vector.Item, fields map[string]arrow.Array, whole bool) error {
	if len(fields) == 0 {
		return nil
	}
	if whole {
		return wire.ErrBadRequest.Errorf("there is a column metadata and others beside it; give the metadata as one or as the other")
	}
	for i := range items {
		object := map[string]any{}
		for name, column := range fields {
			if column.IsValid(i) {
				object[name] = fieldOf(column, i)
			}
		}
		raw, err := json.Marshal(object)
		if err == nil { // which escapes what JSON need not, here and in lists
			raw, err = jsontext.AppendFormat(nil, raw, jsontext.PreserveRawStrings(false), jsontext.AllowDuplicateNames(true))
		}
		if err != nil {
			return vector.ErrBadItem.Errorf("item %d: %v", i, err).With("item", i).Private()
		}
		items[i].Metadata = raw
	}
	return nil
}

// textsOf gives the text of each row that has one.
func textsOf(column arrow.Array, yield func(row int, s string)) error {
	list, ok := column.(interface{ Value(int) string })
	if !ok || column.DataType().ID() != arrow.STRING && column.DataType().ID() != arrow.LARGE_STRING {
		return fmt.Errorf("it is of type %v, and has to be of text (utf8), as cast(pyarrow.string()) makes it", column.DataType())
	}
	for i := range column.Len() {
		if column.IsValid(i) {
			yield(i, list.Value(i))
		}
	}
	return nil
}

// floatsOf gives the numbers of a column of vectors, in one block, and the lists that
// they are in.
func floatsOf(column arrow.Array) (lists array.ListLike, numbers []float32, err error) {
	lists, ok := column.(array.ListLike)
	if !ok {
		return nil, nil, fmt.Errorf("it is of type %v, and has to be a list of float32", column.DataType())
	}
	values, ok := lists.ListValues().(*array.Float32)
	if !ok {
		return nil, nil, fmt.Errorf("it is a list of %v, and has to be one of float32, as pyarrow.list_(pyarrow.float32())", lists.ListValues().DataType())
	}
	for i := 0; values.NullN() > 0 && i < lists.Len(); i++ {
		for at, end := lists.ValueOffsets(i); lists.IsValid(i) && at < end; at++ { // what lies below a null list is no number of a vector
			if values.IsNull(int(at)) {
				return nil, nil, fmt.Errorf("a number of a vector is null")
			}
		}
	}
	return lists, values.Float32Values(), nil
}

// eachVector gives the vector of each row that has one.
func eachVector(lists array.ListLike, numbers []float32, yield func(row int, v vector.Vector)) {
	for i := range lists.Len() {
		if lists.IsValid(i) {
			start, end := lists.ValueOffsets(i)
			yield(i, numbers[start:end:end])
		}
	}
}

// vectors gives copies of them, all in one block: the batch must not be kept.
func vectors(column arrow.Array, yield func(row int, v vector.Vector)) error {
	if column.DataType().ID() == arrow.NULL { // which says of each row that it has none
		return nil
	}
	lists, numbers, err := floatsOf(column)
	if err != nil {
		return err
	}
	eachVector(lists, append([]float32{}, numbers...), yield) // an empty one is not none
	return nil
}
