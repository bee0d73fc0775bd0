package vectord_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Where a text stands for it the vector is null, in whatever form Arrow has of that; and an
// empty one is none that the index could take, in Arrow as in JSON.
func TestArrowMayHaveTextsForVectors(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	fixed, list := arrow.FixedSizeListOf(16, arrow.PrimitiveTypes.Float32), arrow.ListOf(arrow.PrimitiveTypes.Float32)
	nulls := func(to array.Builder) { to.AppendNull() }
	one := func(numbers int) func(to array.Builder) {
		return func(to array.Builder) {
			lists := to.(array.ListLikeBuilder)
			lists.Append(true)
			values := lists.ValueBuilder().(*array.Float32Builder)
			for range numbers {
				values.Append(1)
			}
		}
	}
	hole := func(to array.Builder) {
		one(15)(to)
		to.(array.ListLikeBuilder).ValueBuilder().AppendNull()
	}
	for name, c := range map[string]struct {
		column arrowColumn
		want   string
	}{
		"null by null":        {columnOf(fixed, nulls, nulls), `"added":2`},
		"one of fixed size":   {columnOf(fixed, one(16), nulls), `"added":2`},
		"one of any size":     {columnOf(list, nulls, one(16)), `"added":2`},
		"of no type":          {columnOf(arrow.Null, nulls, nulls), `"added":2`},
		"a number is null":    {columnOf(fixed, nulls, hole), `a number of a vector is null`},
		"a number is null, 2": {columnOf(list, hole, nulls), `a number of a vector is null`},
		"an empty one":        {columnOf(list, nulls, one(0)), `"dimension_mismatch"`},
	} {
		_, answer := d.sendArrow(atX+"/add", withIDs(t, "vector", c.column), "")
		if !strings.Contains(string(answer), c.want) {
			t.Errorf("%s: %s", name, answer)
		}
		d.send("POST", atX+"/delete", `{"ids":["0","1"]}`)
	}
	d.want(400, "dimension_mismatch", "POST", atX+"/add", `{"items":[{"id":"a","text":"welder","vector":[]}]}`)
}

// arrowColumn is a column of Arrow that is to be built.
type arrowColumn struct {
	kind arrow.DataType
	rows []func(to array.Builder)
}

func columnOf(kind arrow.DataType, rows ...func(to array.Builder)) arrowColumn {
	return arrowColumn{kind, rows}
}

// withIDs makes a stream of a column, with ids from "0" and, where it is none itself, texts.
func withIDs(t *testing.T, name string, column arrowColumn) []byte {
	t.Helper()
	fields := []arrow.Field{{Name: "id", Type: arrow.BinaryTypes.String}, {Name: name, Type: column.kind, Nullable: true}}
	if name != "text" {
		fields = append(fields, arrow.Field{Name: "text", Type: arrow.BinaryTypes.String})
	}
	rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	for i, add := range column.rows {
		rows.Field(0).(*array.StringBuilder).Append(fmt.Sprint(i))
		add(rows.Field(1))
		if name != "text" {
			rows.Field(2).(*array.StringBuilder).Append("welder")
		}
	}
	return stream(t, rows)
}
