package queryd

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/rows"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	// groupBytes bounds what of a Parquet answer is in memory: a row group is written
	// when the values in it took so much before compression.
	groupBytes = 32 << 20
	// groupRows is the most rows of a row group, DuckDB's own number.
	groupRows = 122_880
)

// answerParquet makes a Parquet file of the result. The file's end, without which
// no reader takes it for one, is written when the whole result is in it.
func answerParquet(out *output, q *job, result *duck.Stream) error {
	schema, err := parquetSchema(result)
	if err != nil {
		return err
	}
	properties := parquet.NewWriterProperties(
		parquet.WithVersion(parquet.V2_LATEST), parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithMaxRowGroupLength(groupRows), parquet.WithCreatedBy("lakehouse"))
	file, err := pqarrow.NewFileWriter(schema, gathering{out}, properties, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return wire.ErrNotSupported.Errorf("the result has no form in Parquet: %s; leave the column out, cast it, or ask for format arrow", err)
	}
	var bytes int64
	err = each(result, func(batch arrow.RecordBatch) error {
		if bytes += sizeOf(batch); bytes > groupBytes {
			if err := file.NewBufferedRowGroupChecked(); err != nil {
				return err
			}
			bytes = sizeOf(batch)
		}
		if err := file.WriteBuffered(renamed(schema, batch)); err != nil {
			return err
		}
		q.rows.Add(batch.NumRows())
		return nil
	})
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return out.send()
}

// parquetSchema is the result's, in which every column has a name of its own.
func parquetSchema(result *duck.Stream) (*arrow.Schema, error) {
	schema, err := result.Schema()
	if err != nil {
		return nil, err
	}
	fields := schema.Fields()
	for i, name := range rows.UniqueNames(columnsOf(result)) {
		fields[i].Name = name
	}
	return arrow.NewSchema(fields, nil), nil
}

func renamed(schema *arrow.Schema, batch arrow.RecordBatch) arrow.RecordBatch {
	return array.NewRecordBatch(schema, batch.Columns(), batch.NumRows())
}

func sizeOf(batch arrow.RecordBatch) (bytes int64) {
	for _, column := range batch.Columns() {
		bytes += int64(column.Data().SizeInBytes())
	}
	return bytes
}

// gathering is an output whose bytes are sent when there are enough of them.
type gathering struct{ *output }

func (g gathering) Write(p []byte) (int, error) {
	g.buf = append(g.buf, p...)
	return len(p), g.spill()
}
