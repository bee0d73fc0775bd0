package bodies

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// fieldOf gives a value of a column as metadata have it. Decimals are text with all the
// digits of their scale, as SQL gives them.
func fieldOf(column arrow.Array, row int) any {
	if column.IsNull(row) {
		return nil
	}
	switch c := column.(type) {
	case *array.Decimal32:
		return c.Value(row).ToString(scaleOf(c))
	case *array.Decimal64:
		return c.Value(row).ToString(scaleOf(c))
	case *array.Decimal128:
		return c.Value(row).ToString(scaleOf(c))
	case *array.Decimal256:
		return c.Value(row).ToString(scaleOf(c))
	case array.ListLike:
		if _, ok := c.ListValues().DataType().(arrow.DecimalType); ok {
			start, end := c.ValueOffsets(row)
			list := make([]any, 0, end-start)
			for i := start; i < end; i++ {
				list = append(list, fieldOf(c.ListValues(), int(i)))
			}
			return list
		}
	}
	return column.GetOneForMarshal(row)
}

func scaleOf(column arrow.Array) int32 { return column.DataType().(arrow.DecimalType).GetScale() }
