package duck

import (
	"fmt"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// icebergNames are Iceberg's types that hold every value of one of DuckDB's, but for
// huge integers of 39 digits.
var icebergNames = map[bindings.Type]string{
	bindings.TypeBoolean: "boolean", bindings.TypeTinyInt: "int", bindings.TypeSmallInt: "int", bindings.TypeInteger: "int",
	bindings.TypeUTinyInt: "int", bindings.TypeUSmallInt: "int", bindings.TypeUInteger: "long", bindings.TypeBigInt: "long",
	bindings.TypeUBigInt: "decimal(20,0)", bindings.TypeHugeInt: "decimal(38,0)", bindings.TypeUHugeInt: "decimal(38,0)",
	bindings.TypeFloat: "float", bindings.TypeDouble: "double", bindings.TypeVarchar: "string", bindings.TypeBlob: "binary",
	bindings.TypeDate: "date", bindings.TypeTime: "time", bindings.TypeTimestampTZ: "timestamptz",
	bindings.TypeTimestamp: "timestamp", bindings.TypeTimestampS: "timestamp", bindings.TypeTimestampMS: "timestamp",
}

const icebergString = "string"

// icebergOf gives Iceberg's name of a logical type, in the form that TypeOf reads, and
// destroys the type. What Iceberg has nothing for is a string.
func icebergOf(t bindings.LogicalType) string {
	defer bindings.DestroyLogicalType(&t)
	switch id := bindings.GetTypeId(t); id {
	case bindings.TypeDecimal:
		return fmt.Sprintf("decimal(%d,%d)", bindings.DecimalWidth(t), bindings.DecimalScale(t))
	case bindings.TypeList:
		return "list<" + icebergOf(bindings.ListTypeChildType(t)) + ">"
	case bindings.TypeArray:
		return "list<" + icebergOf(bindings.ArrayTypeChildType(t)) + ">"
	case bindings.TypeMap:
		return "map<" + icebergOf(bindings.MapTypeKeyType(t)) + "," + icebergOf(bindings.MapTypeValueType(t)) + ">"
	case bindings.TypeStruct:
		return icebergStruct(t)
	default:
		if name, known := icebergNames[id]; known {
			return name
		}
	}
	return icebergString
}

// icebergStruct is a string where a field has no name that a type's text can hold.
func icebergStruct(t bindings.LogicalType) string {
	fields := make([]string, bindings.StructTypeChildCount(t))
	seen, plain := map[string]bool{}, len(fields) > 0
	for i := range fields {
		name := bindings.StructTypeChildName(t, bindings.IdxT(i))
		child := icebergOf(bindings.StructTypeChildType(t, bindings.IdxT(i)))
		plain = plain && plainField(name) && !seen[strings.ToLower(name)]
		seen[strings.ToLower(name)] = true
		fields[i] = name + ":" + child
	}
	if !plain {
		return icebergString
	}
	return "struct<" + strings.Join(fields, ",") + ">"
}

func plainField(name string) bool { return name != "" && !strings.ContainsAny(name, "<>(),:\x00") }
