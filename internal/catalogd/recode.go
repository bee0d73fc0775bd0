package catalogd

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/compute"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
)

const (
	recodeBatch    = 8192    // rows in memory at once
	recodeRowGroup = 122_880 // rows, as DuckDB writes them
)

// recode writes a Parquet file again under a schema: its columns in the
// schema's order, with its field ids and Iceberg's own representations. Values
// are converted only where nothing is lost; a nanosecond that no microsecond
// holds is an error.
func recode(ctx context.Context, from *os.File, to *os.File, schema *iceberg.Schema) (err error) {
	defer func() {
		if v := recover(); v != nil { // the decoders meet bytes from outside
			err = fmt.Errorf("it cannot be read: %v", v)
		}
	}()
	want, err := table.SchemaToArrowSchema(schema, nil, true, false)
	if err != nil {
		return err
	}
	source, err := file.NewParquetReader(from)
	if err != nil {
		return err
	}
	reader, err := pqarrow.NewFileReader(source, pqarrow.ArrowReadProperties{BatchSize: recodeBatch}, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	records, err := reader.GetRecordReader(ctx, nil, nil)
	if err != nil {
		return err
	}
	defer records.Release()
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithMaxRowGroupLength(recodeRowGroup), parquet.WithStats(true))
	writer, err := pqarrow.NewFileWriter(want, struct{ io.Writer }{to}, props, pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	for records.Next() {
		if err := writeConverted(ctx, writer, records.RecordBatch(), want); err != nil {
			return err
		}
	}
	if err := records.Err(); err != nil && err != io.EOF {
		return err
	}
	return writer.Close()
}

func writeConverted(ctx context.Context, w *pqarrow.FileWriter, batch arrow.RecordBatch, want *arrow.Schema) error {
	columns := make([]arrow.Array, want.NumFields())
	for i, f := range want.Fields() {
		at := batch.Schema().FieldIndices(f.Name)
		if len(at) == 0 { // an object may lack it only where the schema evolves
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, f.Type, int(batch.NumRows()))
			defer columns[i].Release()
			continue
		}
		if len(at) != 1 {
			return fmt.Errorf("column %q is there %d times", shorten(f.Name), len(at))
		}
		column, err := convert(ctx, batch.Column(at[0]), f.Type)
		if err != nil {
			return fmt.Errorf("column %q: %w", shorten(f.Name), err)
		}
		defer column.Release()
		columns[i] = column
	}
	made := array.NewRecordBatch(want, columns, batch.NumRows())
	defer made.Release()
	return w.WriteBuffered(made)
}

// convert gives the column in another type. The inside of a nested one is
// converted field by field, because Arrow's cast compares the fields' metadata.
func convert(ctx context.Context, column arrow.Array, want arrow.DataType) (arrow.Array, error) {
	if arrow.TypeEqual(column.DataType(), want, arrow.CheckMetadata()) {
		column.Retain()
		return column, nil
	}
	if column.NullN() == column.Len() {
		return array.MakeArrayOfNull(memory.DefaultAllocator, want, column.Len()), nil
	}
	data, err := convertData(ctx, column.Data(), want)
	if err != nil {
		return nil, err
	}
	defer data.Release()
	return array.MakeFromData(data), nil
}

func convertData(ctx context.Context, data arrow.ArrayData, want arrow.DataType) (arrow.ArrayData, error) {
	nested, ok := want.(arrow.NestedType)
	if !ok {
		column := array.MakeFromData(data)
		defer column.Release()
		cast, err := compute.CastArray(ctx, column, compute.SafeCastOptions(want))
		if err != nil {
			return nil, err
		}
		defer cast.Release()
		cast.Data().Retain()
		return cast.Data(), nil
	}
	fields := nested.Fields()
	if len(data.Children()) != len(fields) {
		return nil, fmt.Errorf("%s cannot become %s", data.DataType(), want)
	}
	children := make([]arrow.ArrayData, len(fields))
	for i, child := range data.Children() {
		made, err := convertData(ctx, child, fields[i].Type)
		if err != nil {
			return nil, err
		}
		defer made.Release()
		children[i] = made
	}
	return array.NewData(want, data.Len(), data.Buffers(), children, data.NullN(), data.Offset()), nil
}
