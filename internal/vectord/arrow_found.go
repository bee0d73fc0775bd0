package vectord

import (
	"net/http"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// foundSchema is the answer to a search as Arrow: a row for each result.
func foundSchema(q engine.Query, near bool) *arrow.Schema {
	fields := []arrow.Field{
		{Name: "query", Type: arrow.PrimitiveTypes.Int32}, // of many, from 0
		{Name: "id", Type: arrow.BinaryTypes.String},
		{Name: "score", Type: arrow.PrimitiveTypes.Float32},
	}
	if near {
		fields = append(fields, arrow.Field{Name: "distance", Type: arrow.PrimitiveTypes.Float32})
	}
	if q.WithMetadata {
		fields = append(fields, arrow.Field{Name: "metadata", Type: arrow.BinaryTypes.String})
	}
	if q.WithVector {
		fields = append(fields, arrow.Field{Name: "vector", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Float32)})
	}
	return arrow.NewSchema(fields, nil)
}

// writeFound answers a search with a stream of Arrow.
func writeFound(w http.ResponseWriter, q engine.Query, near bool, lists [][]engine.Hit) error {
	schema := foundSchema(q, near)
	rows := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer rows.Release()
	builder := func(name string) array.Builder { return rows.Field(schema.FieldIndices(name)[0]) }
	number, id := builder("query").(*array.Int32Builder), builder("id").(*array.StringBuilder)
	score := builder("score").(*array.Float32Builder)
	for n, hits := range lists {
		for _, hit := range hits {
			number.Append(int32(n))
			id.Append(hit.ID)
			score.Append(hit.Score)
			if near {
				builder("distance").(*array.Float32Builder).Append(hit.Distance)
			}
			if q.WithMetadata {
				builder("metadata").(*array.StringBuilder).Append(string(hit.Metadata))
			}
			if q.WithVector {
				list := builder("vector").(*array.ListBuilder)
				list.Append(true)
				list.ValueBuilder().(*array.Float32Builder).AppendValues(hit.Vector, nil)
			}
		}
	}
	batch := rows.NewRecordBatch()
	defer batch.Release()
	w.Header().Set("Content-Type", arrowin.Media)
	out := ipc.NewWriter(w, ipc.WithSchema(schema))
	if err := out.Write(batch); err != nil {
		return err
	}
	return out.Close()
}
