package ingestd

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"git.agentview.dev/profit/golanglakehouse/internal/parquetfile"
)

// parquetLeaves names the types of a file's leaves, as the converter reads them.
type parquetLeaves struct {
	nanos bool // some timestamp counts nanoseconds
}

// typeOf maps what has an equal among Iceberg's types, and refuses the rest by
// name. Nanoseconds that a timestamp cannot hold are looked for in the values.
func (l *parquetLeaves) typeOf(t arrow.DataType, leaf *schema.Column) (string, bool, error) {
	if leaf.PhysicalType() == parquet.Types.Int96 {
		return "", false, fmt.Errorf("it is INT96, whose nanoseconds would be cut off unseen; write its timestamps as TIMESTAMP_MICROS (in Spark spark.sql.parquet.outputTimestampType)")
	}
	switch leaf.LogicalType().(type) {
	case schema.EnumLogicalType, schema.JSONLogicalType, schema.UUIDLogicalType:
		return "string", false, nil
	case schema.BSONLogicalType:
		return "", false, fmt.Errorf("it is BSON, which cannot be read; write it as JSON, or as binary without that mark")
	case schema.IntervalLogicalType:
		return "", false, fmt.Errorf("it is an INTERVAL, for which a dataset has no type; write its parts as numbers")
	}
	switch t := t.(type) {
	case *arrow.TimestampType:
		if t.Unit == arrow.Nanosecond {
			return l.nanoseconds(t, leaf)
		}
	case *arrow.Time64Type:
		if t.Unit == arrow.Nanosecond {
			return "", false, fmt.Errorf("it is a TIME of nanoseconds, which would be cut off unseen; write it in microseconds")
		}
	case *arrow.FixedSizeBinaryType:
		return "binary", false, nil
	}
	switch t.ID() {
	case arrow.UINT64:
		return "decimal(20,0)", false, nil
	case arrow.FLOAT16:
		return "float", false, nil
	case arrow.EXTENSION:
		return "", false, fmt.Errorf("it is %s, for which a dataset has no type", leaf.LogicalType())
	}
	return parquetfile.LeafType(t, leaf)
}

func (l *parquetLeaves) nanoseconds(t *arrow.TimestampType, leaf *schema.Column) (string, bool, error) {
	if t.TimeZone != "" || len(leaf.ColumnPath()) > 1 {
		return "", false, fmt.Errorf("its timestamps count nanoseconds and are UTC or nested, and would be cut off unseen; write them in microseconds (coerce_timestamps='us' in pandas and pyarrow)")
	}
	l.nanos = true
	return "timestamp", false, nil
}

// wholeDigits is how many digits the integers have.
func wholeDigits(typeName string) int {
	return map[string]int{"int": 10, "long": 19}[typeName]
}

// holds reports that a type holds every value of another.
func holds(to, from string) bool {
	if to == from {
		return true
	}
	var p, s, fromP, fromS int
	isDecimal := func(name string, p, s *int) bool {
		n, err := fmt.Sscanf(name, "decimal(%d,%d)", p, s)
		return n == 2 && err == nil
	}
	fromDecimal := isDecimal(from, &fromP, &fromS)
	switch {
	case to == "string":
		return fromDecimal || slices.Contains([]string{"boolean", "int", "long", "date"}, from)
	case to == "long":
		return from == "int"
	case to == "double":
		return from == "int" || from == "float"
	case isDecimal(to, &p, &s):
		digits := wholeDigits(from)
		return digits > 0 && p-s >= digits || fromDecimal && s >= fromS && p-s >= fromP-fromS
	}
	return false
}
