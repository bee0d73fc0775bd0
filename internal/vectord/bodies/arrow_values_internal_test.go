package bodies

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// A decimal keeps the digits of its scale, in a column and in a list, as by SQL.
func TestDecimalsOfArrowKeepTheirScale(t *testing.T) {
	decimals := []arrow.DecimalType{&arrow.Decimal32Type{Precision: 9, Scale: 2}, &arrow.Decimal64Type{Precision: 9, Scale: 2},
		&arrow.Decimal128Type{Precision: 9, Scale: 2}, &arrow.Decimal256Type{Precision: 9, Scale: 2}}
	for _, typ := range decimals {
		for _, c := range []struct {
			typ        arrow.DataType
			text, want string
		}{{typ, `["1.50", "-28.00", null]`, `["1.50","-28.00",null]`}, {arrow.ListOf(typ), `[["1.50", null], [], null]`, `[["1.50",null],[],null]`}} {
			column, _, err := array.FromJSON(memory.DefaultAllocator, c.typ, strings.NewReader(c.text))
			if err != nil {
				t.Fatal(err)
			}
			var got []any
			for i := range column.Len() {
				got = append(got, fieldOf(column, i))
			}
			if text, err := json.Marshal(got); err != nil || string(text) != c.want {
				t.Errorf("%v: %s, %v, want %s", c.typ, text, err, c.want)
			}
			column.Release()
		}
	}
}

// What JSON has no form of becomes text.
func TestValuesOfArrowThatBecomeText(t *testing.T) {
	number := array.NewFloat64Builder(memory.DefaultAllocator)
	number.AppendValues([]float64{1.5, math.NaN(), math.Inf(1), math.Inf(-1)}, nil)
	bytes := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	bytes.Append([]byte{0xff, 0})
	span := array.NewDurationBuilder(memory.DefaultAllocator, &arrow.DurationType{Unit: arrow.Second})
	span.Append(1)
	for want, column := range map[string]arrow.Array{`[1.5,"NaN","+Inf","-Inf"]`: number.NewArray(), `["/wA="]`: bytes.NewArray(), `["1s"]`: span.NewArray()} {
		var got []any
		for i := range column.Len() {
			got = append(got, fieldOf(column, i))
		}
		if text, err := json.Marshal(got); err != nil || string(text) != want {
			t.Errorf("%v: %s, %v, want %s", column.DataType(), text, err, want)
		}
		column.Release()
	}
}
