package catalogd

import (
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/parquet/metadata"

	"git.agentview.dev/profit/golanglakehouse/internal/parquetfile"
)

// footerGuess is how much of an object's end is read at first, in bytes; most
// footers are shorter.
const footerGuess = 64 << 10

// footer is what a Parquet file says of itself, checked against its size.
type footer struct {
	meta    *metadata.FileMetaData
	rows    int64
	columns []footerColumn
}

// footerColumn is one top-level column of a file.
type footerColumn struct {
	name    string
	text    string // its type in a dataset
	fieldID int    // parquetfile.NoFieldID: none
	exact   bool   // the bytes are as Iceberg wants them
	nested  bool
	valued  bool // it holds a value, as far as the footer tells
	// Where a chunk's statistics are incomplete, bounds made of the others
	// would make readers skip rows that match.
	counted, bounded bool
}

// readFooter reads the footer of a Parquet file of the given size through r. A
// column whose type has no place in a dataset is [catalog.ErrBadSchema].
func readFooter(r io.ReaderAt, size int64) (*footer, error) {
	found, err := parquetfile.Read(r, size, parquetfile.TypeOf)
	var column *parquetfile.ColumnError
	if errors.As(err, &column) {
		return nil, badColumn(column.Column, "%v", column.Err)
	}
	if err != nil {
		return nil, err
	}
	f := &footer{meta: found.Meta, rows: found.Rows}
	for _, c := range found.Columns {
		f.columns = append(f.columns, footerColumn{
			name: c.Name, text: c.Type, fieldID: c.FieldID, exact: c.Exact, nested: c.Nested, valued: c.Valued, counted: c.Counted, bounded: c.Bounded,
		})
	}
	return f, nil
}
