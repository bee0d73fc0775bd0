package arrowin_test

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
)

// written is a stream of a column of text and a column of lists, twice three rows.
func written(t testing.TB, extra ...arrow.Field) []byte {
	t.Helper()
	fields := append([]arrow.Field{
		{Name: "id", Type: arrow.BinaryTypes.String, Metadata: arrow.NewMetadata([]string{"a"}, []string{"b"})},
		{Name: "vector", Type: arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Float32)}}, extra...)
	rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(rows.Schema()), ipc.WithLZ4())
	for range 2 {
		for _, id := range []string{"a", "b", "c"} {
			rows.Field(0).(*array.StringBuilder).Append(id)
			list := rows.Field(1).(*array.FixedSizeListBuilder)
			list.Append(true)
			list.ValueBuilder().(*array.Float32Builder).AppendValues([]float32{1, 2}, nil)
			for i := range extra {
				rows.Field(2 + i).AppendNull()
			}
		}
		if err := w.Write(rows.NewRecordBatch()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// count reads a stream, every value of it, and counts its rows.
func count(stream []byte, most int) (rows int64, err error) {
	err = arrowin.Read(bytes.NewReader(stream), memory.DefaultAllocator, most, func(b arrow.RecordBatch) error {
		rows += b.NumRows()
		for _, column := range b.Columns() {
			for i := range min(column.Len(), 1000) {
				_ = column.ValueStr(i)
			}
		}
		return nil
	})
	return rows, err
}

func TestStreamsAreRead(t *testing.T) {
	if rows, err := count(written(t), 1<<20); rows != 6 || err != nil {
		t.Errorf("%d rows, %v", rows, err)
	}
	var format *arrowin.FormatError
	if _, err := count(written(t), 10); !errors.As(err, &format) {
		t.Errorf("within 10 bytes: %v", err)
	}
	for name, extra := range map[string]arrow.DataType{
		"nested":     arrow.ListOf(arrow.ListOf(arrow.PrimitiveTypes.Int8)),
		"structs":    arrow.StructOf(arrow.Field{Name: "a", Type: arrow.ListOf(arrow.PrimitiveTypes.Int8)}),
		"a union":    arrow.SparseUnionOf([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int8}}, []arrow.UnionTypeCode{0}),
		"dictionary": &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
	} {
		if _, err := count(written(t, arrow.Field{Name: "x", Type: extra, Nullable: true}), 1<<20); !errors.As(err, &format) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is said of a message may be as long as the bound, and a short stream does not take
// room for that much.
func TestRoomIsMadeForWhatIsThere(t *testing.T) {
	long := arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int8, Nullable: true,
		Metadata: arrow.NewMetadata([]string{"k"}, []string{strings.Repeat("v", 900<<10)})}
	if rows, err := count(written(t, long), 1<<20); rows != 6 || err != nil {
		t.Errorf("%d rows, %v", rows, err)
	}
	short := written(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const times = 20
	for range times {
		if _, err := count(short, 16<<20); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	// Under the race detector pools forget at random what they have: 0.3 MB instead of 0.03.
	if each := (after.TotalAlloc - before.TotalAlloc) / times; each > 1<<20 {
		t.Errorf("a stream of %d bytes took %d bytes of memory", len(short), each)
	}
}

func FuzzRead(f *testing.F) {
	whole := written(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	for at := 0; at+4 <= len(whole); at += 4 {
		bad := bytes.Clone(whole)
		copy(bad[at:], []byte{0xff, 0xff, 0xff, 0x7f})
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var format *arrowin.FormatError
		if _, err := count(stream, 1<<20); err != nil && !errors.As(err, &format) {
			t.Errorf("%v", err)
		}
	})
}
