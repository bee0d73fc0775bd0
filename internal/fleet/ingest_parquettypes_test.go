package fleet_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// oneValue writes a Parquet file of one column and one value.
func oneValue(t *testing.T, node schema.Node, write func(file.ColumnChunkWriter) error) string {
	t.Helper()
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, schema.FieldList{node}, -1)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := file.NewParquetWriter(&b, root)
	rows, err := w.AppendRowGroupChecked()
	if err != nil {
		t.Fatal(err)
	}
	column, err := rows.NextColumn()
	if err != nil {
		t.Fatal(err)
	}
	if err := write(column); err != nil {
		t.Fatal(err)
	}
	if err := column.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Types that only Parquet has are mapped to what holds them, or refused by name.
func TestTypesOfParquetAlone(t *testing.T) {
	l := startLake(t)
	node := func(logical schema.LogicalType, physical parquet.Type, length int) schema.Node {
		n, err := schema.NewPrimitiveNodeLogical("v", parquet.Repetitions.Required, logical, physical, length, -1)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	text := func(v string) func(file.ColumnChunkWriter) error {
		return func(w file.ColumnChunkWriter) error {
			_, err := w.(*file.ByteArrayColumnChunkWriter).WriteBatch([]parquet.ByteArray{parquet.ByteArray(v)}, nil, nil)
			return err
		}
	}
	fixed := func(v string) func(file.ColumnChunkWriter) error {
		return func(w file.ColumnChunkWriter) error {
			_, err := w.(*file.FixedLenByteArrayColumnChunkWriter).WriteBatch([]parquet.FixedLenByteArray{parquet.FixedLenByteArray(v)}, nil, nil)
			return err
		}
	}
	long := func(v int64) func(file.ColumnChunkWriter) error {
		return func(w file.ColumnChunkWriter) error {
			_, err := w.(*file.Int64ColumnChunkWriter).WriteBatch([]int64{v}, nil, nil)
			return err
		}
	}
	int96 := func(w file.ColumnChunkWriter) error {
		_, err := w.(*file.Int96ColumnChunkWriter).WriteBatch([]parquet.Int96{{}}, nil, nil)
		return err
	}
	legacy, err := schema.NewPrimitiveNodeConverted("v", parquet.Repetitions.Required, parquet.Types.Int64, schema.ConvertedTypes.TimestampMillis, 0, 0, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		node          schema.Node
		write         func(file.ColumnChunkWriter) error
		typ, ask, out string // out: the value, or words of the refusal where typ is ""
	}{
		"enum":     {node(schema.EnumLogicalType{}, parquet.Types.ByteArray, 0), text(`Größe\x41`), "string", "v", `"Größe\\x41"`},
		"json":     {node(schema.JSONLogicalType{}, parquet.Types.ByteArray, 0), text(`{"a": "é\n"}`), "string", "v", `"{\"a\": \"é\\n\"}"`},
		"bson":     {node(schema.BSONLogicalType{}, parquet.Types.ByteArray, 0), text("\x05\x00\xff"), "", "", "BSON"},
		"uuid":     {node(schema.UUIDLogicalType{}, parquet.Types.FixedLenByteArray, 16), fixed("0123456789abcdef"), "string", "v", `"30313233-3435-3637-3839-616263646566"`},
		"fixed":    {node(schema.NoLogicalType{}, parquet.Types.FixedLenByteArray, 3), fixed("\x00\x01\xff"), "binary", "v", `"AAH/"`},
		"unmarked": {node(schema.NoLogicalType{}, parquet.Types.ByteArray, 0), text("\x00\xff"), "binary", "v", `"AP8="`},
		"legacy":   {legacy, long(1769848200500), "timestamptz", "epoch_ms(v)", "1769848200500"},
		"interval": {node(schema.IntervalLogicalType{}, parquet.Types.FixedLenByteArray, 12), fixed("0123456789ab"), "", "", "INTERVAL"},
		"int96":    {node(schema.NoLogicalType{}, parquet.Types.Int96, 0), int96, "", "", "INT96"},
		"past":     {node(schema.NewTimestampLogicalType(false, schema.TimeUnitMicros), parquet.Types.Int64, 0), long(math.MinInt64 + 1), "", "", "a page is damaged, or a value"},
		"endless":  {node(schema.NewTimestampLogicalType(false, schema.TimeUnitMicros), parquet.Types.Int64, 0), long(math.MaxInt64), "", "", "a page is damaged, or a value"},
		"eternal":  {node(schema.NewTimestampLogicalType(true, schema.TimeUnitMillis), parquet.Types.Int64, 0), long(math.MaxInt64), "", "", "a page is damaged, or a value"},
		"no_time":  {node(schema.NewTimeLogicalType(false, schema.TimeUnitMicros), parquet.Types.Int64, 0), long(-5), "", "", "a page is damaged, or a value"},
		"midnight": {node(schema.NewTimeLogicalType(false, schema.TimeUnitMicros), parquet.Types.Int64, 0), long(86_400_000_000), "", "", "a page is damaged, or a value"},
		"late":     {node(schema.NewTimeLogicalType(false, schema.TimeUnitMicros), parquet.Types.Int64, 0), long(86_399_999_999), "time", "v", `"23:59:59.999999"`},
		"not_text": {node(schema.StringLogicalType{}, parquet.Types.ByteArray, 0), text("caf\xe9"), "", "", "a page is damaged, or a value"},
	} {
		status, doc := l.ingest("name="+name, oneValue(t, c.node, c.write))
		if c.typ == "" {
			if status != 422 || doc["code"] != "bad_file" || !strings.Contains(fmt.Sprint(doc["detail"]), c.out) {
				t.Errorf("%s: %d %v", name, status, doc)
			}
			continue
		}
		if status != 201 || typesOf(doc)[0] != "v "+c.typ {
			t.Errorf("%s: %d %v", name, status, doc)
			continue
		}
		if got := l.rows("SELECT " + c.ask + ` FROM "` + name + `"`); got[0] != c.out {
			t.Errorf("%s: %s, want %s", name, got[0], c.out)
		}
	}
}

// What is nested deeper than a dataset's type may be is refused.
func TestDeepNestingIsRefused(t *testing.T) {
	l := startLake(t)
	deep := arrow.DataType(arrow.PrimitiveTypes.Int64)
	for range 150 {
		deep = arrow.ListOf(deep)
	}
	status, doc := l.ingest("name=deep", parquetOf(t, `[{"a":null}]`, column("a", deep)))
	if status != 422 || doc["code"] != "bad_file" || !strings.Contains(fmt.Sprint(doc["detail"]), "levels") {
		t.Errorf("%d %v", status, doc)
	}
}
