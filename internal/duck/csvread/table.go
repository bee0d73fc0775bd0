package csvread

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
)

// Table says how a file is written and what it holds.
type Table struct {
	Offset    int64    `json:"offset"`    // bytes before its first line
	Delimiter byte     `json:"delimiter"` // an ASCII byte
	Header    bool     `json:"header"`    // the first record names the columns
	Columns   []Column `json:"columns"`   // in the file's order
}

// Column is one column of a table.
type Column struct {
	Name string `json:"name"`
	// Type is an Iceberg type: string, boolean, int, long, float, double,
	// decimal(p,s), date, time, timestamp or timestamptz.
	Type string `json:"type"`
}

// schema gives the table's columns as Arrow has them.
func (t Table) schema() (*arrow.Schema, error) {
	fields := make([]arrow.Field, len(t.Columns))
	for i, c := range t.Columns {
		dataType, err := arrowType(c.Type)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.Name, err)
		}
		fields[i] = arrow.Field{Name: c.Name, Type: dataType, Nullable: true}
	}
	return arrow.NewSchema(fields, nil), nil
}

func arrowType(name string) (arrow.DataType, error) {
	switch name {
	case "string":
		return arrow.BinaryTypes.String, nil
	case "boolean":
		return arrow.FixedWidthTypes.Boolean, nil
	case "int":
		return arrow.PrimitiveTypes.Int32, nil
	case "long":
		return arrow.PrimitiveTypes.Int64, nil
	case "float":
		return arrow.PrimitiveTypes.Float32, nil
	case "double":
		return arrow.PrimitiveTypes.Float64, nil
	case "date":
		return arrow.FixedWidthTypes.Date32, nil
	case "time":
		return arrow.FixedWidthTypes.Time64us, nil
	case "timestamp":
		return &arrow.TimestampType{Unit: arrow.Microsecond}, nil
	case "timestamptz":
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, nil
	}
	var precision, scale int32
	if _, err := fmt.Sscanf(name, "decimal(%d,%d)", &precision, &scale); err != nil || precision < 1 || precision > 38 || scale < 0 || scale > precision {
		return nil, fmt.Errorf("%q is no type that a CSV is read into", name)
	}
	if precision <= narrowest {
		return &arrow.Decimal64Type{Precision: precision, Scale: scale}, nil
	}
	return &arrow.Decimal128Type{Precision: precision, Scale: scale}, nil
}
