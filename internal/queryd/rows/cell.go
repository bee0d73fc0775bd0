package rows

import (
	"encoding/base64"
	"errors"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
)

// cell appends the value that one column has at a row.
type cell func(dst []byte, row int) []byte

// dialect is how a text format spells what JSON and CSV spell differently.
type dialect struct {
	null  string
	quote string // around text that needs no escaping
	embed bool   // values of type JSON as they are, not as text
	text  func(dst []byte, s string) []byte
}

var (
	jsonDialect = dialect{null: "null", quote: `"`, text: AppendString}
	csvDialect  = dialect{text: appendField}
)

var errNoText = errors.New("it has no text form here; cast it to VARCHAR or ask for format arrow")

// cell binds a column. typ is DuckDB's name of its type.
func (d dialect) cell(a arrow.Array, typ string) (cell, error) {
	value, err := d.value(a, typ)
	if err != nil || a.NullN() == 0 {
		return value, err
	}
	bitmap, offset, null := a.NullBitmapBytes(), a.Data().Offset(), d.null
	return func(dst []byte, row int) []byte {
		if !bitutil.BitIsSet(bitmap, offset+row) {
			return append(dst, null...)
		}
		return value(dst, row)
	}, nil
}

// value binds a column for the rows in which it is not NULL.
func (d dialect) value(a arrow.Array, typ string) (cell, error) {
	switch a := a.(type) {
	case *array.Int64:
		return integers(a.Int64Values()), nil
	case *array.Int32:
		return integers(a.Int32Values()), nil
	case *array.Int16:
		return integers(a.Int16Values()), nil
	case *array.Int8:
		return integers(a.Int8Values()), nil
	case *array.Uint64:
		return naturals(a.Uint64Values()), nil
	case *array.Uint32:
		return naturals(a.Uint32Values()), nil
	case *array.Uint16:
		return naturals(a.Uint16Values()), nil
	case *array.Uint8:
		return naturals(a.Uint8Values()), nil
	case *array.Float64:
		return floats(a.Float64Values(), 64, d.quote), nil
	case *array.Float32:
		return floats(a.Float32Values(), 32, d.quote), nil
	case *array.Boolean:
		return booleans(a), nil
	case *array.Decimal128:
		return d.quoted(decimals(a.Values(), a.DataType().(*arrow.Decimal128Type).Scale)), nil
	case *array.Date32:
		return d.quoted(dates(a.Date32Values())), nil
	case *array.Time64:
		return d.quoted(times(a.Time64Values(), perSecond(a.DataType().(*arrow.Time64Type).Unit))), nil
	case *array.Timestamp:
		return d.quoted(timestamps(a)), nil
	case array.StringLike:
		if typ == interval {
			return d.quoted(intervals(a.Value)), nil
		}
		if typ == "JSON" && d.embed {
			return func(dst []byte, row int) []byte { return append(dst, a.Value(row)...) }, nil
		}
		if a, ok := a.(*array.String); ok {
			return d.strings(a), nil
		}
		return d.texts(a.Value), nil
	case binary:
		return d.quoted(blobs(a)), nil
	}
	return d.nested(a, typ)
}

// quoted puts text that needs no escaping into the dialect's quotes.
func (d dialect) quoted(value cell) cell {
	if d.quote == "" {
		return value
	}
	quote := d.quote[0]
	return func(dst []byte, row int) []byte {
		return append(value(append(dst, quote), row), quote)
	}
}

func (d dialect) texts(at func(int) string) cell {
	text := d.text
	return func(dst []byte, row int) []byte { return text(dst, at(row)) }
}

// strings are texts that stand one behind the other, which spares a call for each.
func (d dialect) strings(a *array.String) cell {
	text, all, offsets := d.text, a.ValueBytes(), a.ValueOffsets()
	if len(all) == 0 {
		return func(dst []byte, _ int) []byte { return text(dst, "") }
	}
	values, first := unsafe.String(&all[0], len(all)), offsets[0]
	return func(dst []byte, row int) []byte { return text(dst, values[offsets[row]-first:offsets[row+1]-first]) }
}

// binary are the Arrow arrays of byte strings.
type binary interface {
	arrow.Array
	Value(int) []byte
}

func blobs(a binary) cell {
	return func(dst []byte, row int) []byte { return base64.StdEncoding.AppendEncode(dst, a.Value(row)) }
}

func booleans(a *array.Boolean) cell {
	bits, offset := a.Data().Buffers()[1].Bytes(), a.Data().Offset()
	return func(dst []byte, row int) []byte {
		if bitutil.BitIsSet(bits, offset+row) {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	}
}
