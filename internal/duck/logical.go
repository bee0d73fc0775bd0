package duck

import (
	"fmt"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// typeNames are DuckDB's names of its types without parameters.
var typeNames = map[bindings.Type]string{
	bindings.TypeBoolean: "BOOLEAN", bindings.TypeTinyInt: "TINYINT", bindings.TypeSmallInt: "SMALLINT",
	bindings.TypeInteger: "INTEGER", bindings.TypeBigInt: "BIGINT", bindings.TypeUTinyInt: "UTINYINT",
	bindings.TypeUSmallInt: "USMALLINT", bindings.TypeUInteger: "UINTEGER", bindings.TypeUBigInt: "UBIGINT",
	bindings.TypeHugeInt: "HUGEINT", bindings.TypeUHugeInt: "UHUGEINT", bindings.TypeBigNum: "BIGNUM",
	bindings.TypeFloat: "FLOAT", bindings.TypeDouble: "DOUBLE", bindings.TypeVarchar: "VARCHAR",
	bindings.TypeBlob: "BLOB", bindings.TypeBit: "BIT", bindings.TypeUUID: "UUID",
	bindings.TypeDate: "DATE", bindings.TypeTime: "TIME", bindings.TypeTimeNS: "TIME_NS",
	bindings.TypeTimeTZ: "TIME WITH TIME ZONE", bindings.TypeInterval: "INTERVAL",
	bindings.TypeTimestamp: "TIMESTAMP", bindings.TypeTimestampS: "TIMESTAMP_S",
	bindings.TypeTimestampMS: "TIMESTAMP_MS", bindings.TypeTimestampNS: "TIMESTAMP_NS",
	bindings.TypeTimestampTZ: "TIMESTAMP WITH TIME ZONE", bindings.TypeSQLNull: `"NULL"`,
	bindings.TypeVariant: "VARIANT", bindings.TypeGeometry: "GEOMETRY",
}

// casts are the types whose values go over the wire as another type, which they
// are cast to.
type casts map[bindings.Type]string

const varchar = "VARCHAR"

// casts gives what a form asks for.
func (f Form) casts() casts {
	switch f {
	case FormText:
		return exactTexts()
	case FormParquet:
		return parquetCasts()
	}
	return arrowTexts()
}

// arrowTexts are the types that Arrow has no exact form of.
func arrowTexts() casts {
	return casts{
		bindings.TypeUHugeInt: varchar, bindings.TypeBigNum: varchar, bindings.TypeBit: varchar, bindings.TypeTimeTZ: varchar,
		bindings.TypeTimeNS: varchar, bindings.TypeUnion: varchar, bindings.TypeVariant: varchar, bindings.TypeGeometry: varchar,
		bindings.TypeInterval: varchar, // Arrow's nanoseconds overflow, silently, beyond 292 years
	}
}

// exactTexts are besides those the types that Arrow carries in a form of which
// a reader would have to know much to print them as DuckDB does.
func exactTexts() casts {
	texts := arrowTexts()
	texts[bindings.TypeEnum] = varchar
	return texts
}

// parquetCasts keep what Parquet can hold exactly. A huge integer is a number of 38
// digits there; one with more is an error of the cast, and never a rounded value.
// Seconds are not among Parquet's units of time.
func parquetCasts() casts {
	c := exactTexts()
	c[bindings.TypeHugeInt], c[bindings.TypeUHugeInt] = "DECIMAL(38,0)", "DECIMAL(38,0)"
	c[bindings.TypeTimestampS] = "TIMESTAMP"
	return c
}

// jsonTexts are all types that JSON has no exact form of.
func jsonTexts() casts {
	texts := exactTexts()
	for _, t := range []bindings.Type{
		bindings.TypeHugeInt, bindings.TypeDecimal, bindings.TypeDate, bindings.TypeTime, bindings.TypeTimestamp,
		bindings.TypeTimestampS, bindings.TypeTimestampMS, bindings.TypeTimestampNS, bindings.TypeTimestampTZ,
	} {
		texts[t] = varchar
	}
	return texts
}

// logicalType is DuckDB's name of a type and, beside it, the type to send its
// values as: the same, but for the types in casts, at any depth.
type logicalType struct {
	name, wire string
	differs    bool // wire from name
	unknown    bool // until the parameters have values
}

// describeType reads a logical type, and destroys it.
func describeType(t bindings.LogicalType, texts casts) logicalType {
	defer bindings.DestroyLogicalType(&t)
	id := bindings.GetTypeId(t)
	var d logicalType
	switch id {
	case bindings.TypeInvalid, bindings.TypeAny:
		return logicalType{unknown: true}
	case bindings.TypeDecimal:
		d.name = fmt.Sprintf("DECIMAL(%d,%d)", bindings.DecimalWidth(t), bindings.DecimalScale(t))
	case bindings.TypeEnum:
		d.name = enumName(t)
	case bindings.TypeList:
		d = suffixed(describeType(bindings.ListTypeChildType(t), texts), "[]")
	case bindings.TypeArray:
		d = suffixed(describeType(bindings.ArrayTypeChildType(t), texts), fmt.Sprintf("[%d]", bindings.ArrayTypeArraySize(t)))
	case bindings.TypeMap:
		key, value := describeType(bindings.MapTypeKeyType(t), texts), describeType(bindings.MapTypeValueType(t), texts)
		d.name = fmt.Sprintf("MAP(%s, %s)", key.name, value.name)
		d.wire = fmt.Sprintf("MAP(%s, %s)", key.wire, value.wire)
		d.differs = key.differs || value.differs
	case bindings.TypeStruct:
		d = structName(t, texts)
	case bindings.TypeUnion:
		d.name = unionName(t)
	default:
		d.name = typeNames[id]
	}
	if alias := bindings.LogicalTypeGetAlias(t); alias != "" && id == bindings.TypeVarchar {
		d.name, d.wire = alias, alias
	}
	switch to := texts[id]; {
	case to != "":
		d.wire, d.differs = to, true
	case d.name == "":
		d.wire, d.differs = varchar, true
	case d.wire == "":
		d.wire = d.name
	}
	return d
}

func suffixed(t logicalType, suffix string) logicalType {
	return logicalType{name: t.name + suffix, wire: t.wire + suffix, differs: t.differs}
}

func enumName(t bindings.LogicalType) string {
	values := make([]string, bindings.EnumDictionarySize(t))
	for i := range values {
		values[i] = Literal(bindings.EnumDictionaryValue(t, bindings.IdxT(i)))
	}
	return "ENUM(" + strings.Join(values, ", ") + ")"
}

func structName(t bindings.LogicalType, texts casts) logicalType {
	n := int(bindings.StructTypeChildCount(t))
	names, wires := make([]string, n), make([]string, n)
	unnamed, differs := false, false
	for i := range n {
		field := bindings.StructTypeChildName(t, bindings.IdxT(i))
		child := describeType(bindings.StructTypeChildType(t, bindings.IdxT(i)), texts)
		differs = differs || child.differs
		if field == "" {
			unnamed = true
			names[i], wires[i] = child.name, child.wire
			continue
		}
		names[i] = plainOrQuoted(field) + " " + child.name
		wires[i] = Identifier(field) + " " + child.wire
	}
	d := logicalType{
		name:    "STRUCT(" + strings.Join(names, ", ") + ")",
		wire:    "STRUCT(" + strings.Join(wires, ", ") + ")",
		differs: differs,
	}
	if unnamed && differs {
		d.wire = varchar // a cast to a struct needs names
	}
	return d
}

func unionName(t bindings.LogicalType) string {
	members := make([]string, bindings.UnionTypeMemberCount(t))
	for i := range members {
		child := describeType(bindings.UnionTypeMemberType(t, bindings.IdxT(i)), nil)
		members[i] = plainOrQuoted(bindings.UnionTypeMemberName(t, bindings.IdxT(i))) + " " + child.name
	}
	return "UNION(" + strings.Join(members, ", ") + ")"
}

// plainOrQuoted writes a field's name as DuckDB prints it in a type.
func plainOrQuoted(name string) string {
	plain := name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
	if plain && (name[0] < '0' || name[0] > '9') {
		return name
	}
	return Identifier(name)
}
