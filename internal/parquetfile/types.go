package parquetfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// PlainName tells a struct field's name that can stand in a type's text.
func PlainName(name string) bool { return name != "" && !strings.ContainsAny(name, "<>(),:\x00") }

// A LeafFunc names the type for one of a file's own columns, of the Arrow type t.
type LeafFunc func(t arrow.DataType, leaf *schema.Column) (text string, exact bool, err error)

// TypeOf is a [TypeFunc] that gives the text of the type that holds an Arrow type
// without loss, by [LeafType].
func TypeOf(t arrow.DataType, leaves []*schema.Column) (text string, exact bool, err error) {
	return TypesBy(LeafType)(t, leaves)
}

// TypesBy makes a [TypeFunc] of what names the types of leaves.
func TypesBy(leaf LeafFunc) TypeFunc {
	return func(t arrow.DataType, leaves []*schema.Column) (string, bool, error) {
		w := walker{leaf, leaves}
		return w.text(t)
	}
}

// walker names a nested type, leaf by leaf.
type walker struct {
	leaf   LeafFunc
	leaves []*schema.Column // that are left
}

func (w *walker) text(t arrow.DataType) (text string, exact bool, err error) {
	switch t := t.(type) {
	case *arrow.ListType:
		text, exact, err = w.text(t.Elem())
		return "list<" + text + ">", exact, err
	case *arrow.MapType:
		return w.mapText(t)
	case *arrow.StructType:
		return w.structText(t)
	}
	if len(w.leaves) == 0 {
		return "", false, errContradicts
	}
	leaf := w.leaves[0]
	w.leaves = w.leaves[1:]
	return w.leaf(t, leaf)
}

// LeafType is a [LeafFunc] that goes by the Arrow type alone.
func LeafType(t arrow.DataType, _ *schema.Column) (text string, exact bool, err error) {
	switch t := t.(type) {
	case *arrow.Decimal128Type:
		return decimalText(t)
	case *arrow.Decimal256Type:
		return decimalText(t)
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return "timestamptz", t.Unit == arrow.Microsecond, nil
		}
		return "timestamp", t.Unit == arrow.Microsecond, nil
	case *arrow.Time64Type:
		return "time", t.Unit == arrow.Microsecond, nil
	}
	switch t.ID() {
	case arrow.BOOL:
		return "boolean", true, nil
	case arrow.INT32:
		return "int", true, nil
	case arrow.INT8, arrow.INT16, arrow.UINT8, arrow.UINT16:
		return "int", false, nil
	case arrow.INT64:
		return "long", true, nil
	case arrow.UINT32:
		return "long", false, nil
	case arrow.FLOAT32:
		return "float", true, nil
	case arrow.FLOAT64:
		return "double", true, nil
	case arrow.DATE32:
		return "date", true, nil
	case arrow.TIME32:
		return "time", false, nil
	case arrow.STRING:
		return "string", true, nil
	case arrow.NULL:
		return "string", false, nil
	case arrow.BINARY:
		return "binary", true, nil
	}
	return "", false, fmt.Errorf("the type %s has no place in a dataset; cast it to one of boolean, int, long, float, double, decimal, date, time, timestamp, timestamptz, string, binary", t)
}

func decimalText(t arrow.DecimalType) (string, bool, error) {
	if t.GetPrecision() > 38 || t.GetPrecision() < 1 || t.GetScale() < 0 || t.GetScale() > t.GetPrecision() {
		return "", false, fmt.Errorf("%s has no place in a dataset; at most decimal(38,s) has", t)
	}
	return fmt.Sprintf("decimal(%d,%d)", t.GetPrecision(), t.GetScale()), true, nil
}

func (w *walker) mapText(t *arrow.MapType) (string, bool, error) {
	key, keyExact, err := w.text(t.KeyType())
	if err != nil {
		return "", false, err
	}
	item, itemExact, err := w.text(t.ItemType())
	return "map<" + key + "," + item + ">", keyExact && itemExact, err
}

func (w *walker) structText(t *arrow.StructType) (string, bool, error) {
	exact := true
	fields := make([]string, t.NumFields())
	for i, f := range t.Fields() {
		text, ok, err := w.text(f.Type)
		if err != nil {
			return "", false, err
		}
		if !PlainName(f.Name) {
			return "", false, fmt.Errorf("a field inside of a struct cannot be named %q: the signs <>(),: have a meaning there", shorten(f.Name))
		}
		fields[i], exact = f.Name+":"+text, exact && ok
	}
	if len(fields) == 0 {
		return "", false, errors.New("a struct without fields has no place in a dataset")
	}
	return "struct<" + strings.Join(fields, ",") + ">", exact, nil
}

// shorten bounds a client's text in an error.
func shorten(s string) string {
	if len(s) > 64 {
		return s[:64] + "..."
	}
	return s
}
