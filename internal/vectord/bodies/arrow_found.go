package bodies

import (
	"bytes"
	"net/http"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// schema is the answer to a search as Arrow: a row for each result.
func (f Found) schema() *arrow.Schema {
	fields := []arrow.Field{
		{Name: "query", Type: arrow.PrimitiveTypes.Int32}, // of many, from 0
		{Name: "id", Type: arrow.BinaryTypes.String},
		{Name: "score", Type: arrow.PrimitiveTypes.Float32},
	}
	if f.Near {
		fields = append(fields, arrow.Field{Name: "distance", Type: arrow.PrimitiveTypes.Float32})
	}
	if f.Query.WithMetadata {
		fields = append(fields, arrow.Field{Name: "metadata", Type: arrow.BinaryTypes.String})
	}
	if f.Query.WithVector {
		fields = append(fields, arrow.Field{Name: "vector", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Float32)})
	}
	return arrow.NewSchema(fields, nil)
}

// foundRows collects results as rows. Builders of what was not asked for are nil.
type foundRows struct {
	*array.RecordBuilder
	query    *array.Int32Builder
	id       *array.StringBuilder
	score    *array.Float32Builder
	distance *array.Float32Builder
	metadata *array.StringBuilder
	vector   *array.ListBuilder
}

func newFoundRows(schema *arrow.Schema, mine *Arena) *foundRows {
	rows := &foundRows{RecordBuilder: array.NewRecordBuilder(mine, schema)}
	for i, field := range schema.Fields() {
		switch b := rows.Field(i); field.Name {
		case "query":
			rows.query = b.(*array.Int32Builder)
		case "id":
			rows.id = b.(*array.StringBuilder)
		case "score":
			rows.score = b.(*array.Float32Builder)
		case "distance":
			rows.distance = b.(*array.Float32Builder)
		case "metadata":
			rows.metadata = b.(*array.StringBuilder)
		case "vector":
			rows.vector = b.(*array.ListBuilder)
		}
	}
	return rows
}

// add appends a result of the n-th query.
func (r *foundRows) add(n int, hit *engine.Hit) {
	r.query.Append(int32(n))
	r.id.Append(hit.ID)
	r.score.Append(hit.Score)
	if r.distance != nil {
		r.distance.Append(hit.Distance)
	}
	if r.metadata != nil {
		r.metadata.BinaryBuilder.Append(hit.Metadata) // as text, it would be copied
	}
	if r.vector != nil {
		r.vector.Append(true)
		r.vector.ValueBuilder().(*array.Float32Builder).AppendValues(hit.Vector, nil)
	}
}

// writeArrow answers a search with a stream of Arrow.
func (f Found) writeArrow(w http.ResponseWriter, mine *Arena) error {
	schema := f.schema()
	rows := newFoundRows(schema, mine)
	defer rows.Release()
	total := f.count()
	rows.Reserve(total)
	for n, hits := range f.Lists {
		for i := range hits {
			rows.add(n, &hits[i])
		}
	}
	batch := rows.NewRecordBatch()
	defer batch.Release()
	body := bytes.NewBuffer(mine.bytes(1<<10 + total*resultBytes)[:0])
	out := ipc.NewWriter(body, ipc.WithSchema(schema))
	if err := out.Write(batch); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return answer(w, arrowin.Media, body.Bytes())
}
