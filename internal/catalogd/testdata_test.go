package catalogd_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

var arrowLong = arrow.PrimitiveTypes.Int64

// field is an Arrow column; id 0 leaves the file without a field id.
func field(name string, t arrow.DataType, id int) arrow.Field {
	f := arrow.Field{Name: name, Type: t, Nullable: true}
	if id > 0 {
		f.Metadata = arrow.NewMetadata([]string{"PARQUET:field_id"}, []string{strconv.Itoa(id)})
	}
	return f
}

// parquetOf writes rows, given as JSON objects, as a Parquet file.
func parquetOf(t testing.TB, rows string, fields ...arrow.Field) []byte {
	t.Helper()
	schema := arrow.NewSchema(fields, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	defer batch.Release()
	var buf bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &buf, parquet.NewWriterProperties(parquet.WithStats(true), parquet.WithCompression(compress.Codecs.Uncompressed)), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// people is a Parquet file of one row; with ids the columns carry 1 and 2.
func people(t testing.TB, name string, age int, ids bool) []byte {
	t.Helper()
	nameID, ageID := 0, 0
	if ids {
		nameID, ageID = 1, 2
	}
	return parquetOf(t, `[{"name":`+strconv.Quote(name)+`,"age":`+strconv.Itoa(age)+`}]`,
		field("name", arrow.BinaryTypes.String, nameID), field("age", arrow.PrimitiveTypes.Int64, ageID))
}

// put stores data under the key and gives the reference that a registration
// takes.
func put(t testing.TB, s *storage.Client, key string, data []byte) catalog.ObjectRef {
	t.Helper()
	if _, _, err := s.Put(t.Context(), key, bytes.NewReader(data), int64(len(data)), storage.Condition{}); err != nil {
		t.Fatal(err)
	}
	return catalog.ObjectRef{Key: key}
}

// putOwn stores data as a writer does that knows the dataset's folder.
func putOwn(t testing.TB, s *storage.Client, datasetID string, data []byte) catalog.ObjectRef {
	t.Helper()
	return put(t, s, catalog.ObjectKey(datasetID, sha256.Sum256(data)), data)
}

func get(t testing.TB, s *storage.Client, key string) []byte {
	t.Helper()
	body, _, err := s.Get(t.Context(), key, storage.Range{})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// keys lists what lies under a prefix.
func keys(t testing.TB, s *storage.Client, prefix string) []string {
	t.Helper()
	page, err := s.List(t.Context(), prefix, "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, o := range page.Objects {
		found = append(found, o.Key)
	}
	return found
}

// readBack reads a column of a data file as text, one value a row.
func readBack(t testing.TB, s *storage.Client, key, column string) []string {
	t.Helper()
	table, err := pqarrow.ReadTable(t.Context(), bytes.NewReader(get(t, s, key)), nil, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	at := table.Schema().FieldIndices(column)
	if len(at) != 1 {
		t.Fatalf("%s has no column %q", key, column)
	}
	var values []string
	for _, chunk := range table.Column(at[0]).Data().Chunks() {
		for i := range chunk.Len() {
			values = append(values, chunk.ValueStr(i))
		}
	}
	return values
}
