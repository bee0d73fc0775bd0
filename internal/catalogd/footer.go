package catalogd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

const (
	parquetMagic  = "PAR1"
	trailerBytes  = 8 // the footer's length and the magic
	maxFooter     = 64 << 20
	fieldIDKey    = "PARQUET:field_id"
	noFieldID     = -1
	footerGuess   = 64 << 10 // read at first; most footers are shorter
	minParquetLen = int64(len(parquetMagic) + trailerBytes)
)

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
	fieldID int    // noFieldID: none
	exact   bool   // the bytes are as Iceberg wants them
	nested  bool
	valued  bool // it holds a value, as far as the footer tells
	// Where a chunk's statistics are incomplete, bounds made of the others
	// would make readers skip rows that match.
	counted, bounded bool
}

// readFooter reads the footer of a Parquet file of the given size through r.
func readFooter(r io.ReaderAt, size int64) (f *footer, err error) {
	defer func() {
		if v := recover(); v != nil { // the Thrift decoder meets bytes from outside
			err = fmt.Errorf("its footer cannot be read: %v", v)
		}
	}()
	if size < minParquetLen {
		return nil, fmt.Errorf("it is no Parquet file: %d bytes are too few", size)
	}
	var trailer [trailerBytes]byte
	if _, err := r.ReadAt(trailer[:], size-trailerBytes); err != nil {
		return nil, err
	}
	if string(trailer[4:]) != parquetMagic {
		return nil, errors.New("it is no Parquet file, or was cut off: it does not end in PAR1")
	}
	length := int64(binary.LittleEndian.Uint32(trailer[:4]))
	if length > maxFooter || length > size-minParquetLen {
		return nil, fmt.Errorf("its footer claims to be %d bytes long", length)
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, size-trailerBytes-length); err != nil {
		return nil, err
	}
	if err := checkThrift(text); err != nil {
		return nil, err
	}
	meta, err := metadata.NewFileMetaData(text, nil)
	if err != nil {
		return nil, fmt.Errorf("its footer cannot be read: %w", err)
	}
	f = &footer{meta: meta, rows: meta.GetNumRows()}
	if err := f.checkChunks(size - trailerBytes - length); err != nil {
		return nil, err
	}
	return f, f.describe()
}

// checkChunks holds the row groups against the file: their rows add up, and
// every column's bytes lie before the footer.
func (f *footer) checkChunks(end int64) error {
	if f.meta.IsSetEncryptionAlgorithm() {
		return errors.New("it is encrypted")
	}
	var rows int64
	for i := range f.meta.NumRowGroups() {
		group := f.meta.RowGroup(i)
		if group.NumRows() < 0 || group.NumColumns() != f.meta.NumColumns() {
			return fmt.Errorf("row group %d contradicts the schema", i)
		}
		rows += group.NumRows()
		if group.NumRows() == 0 {
			continue // some writers leave its offsets at 0
		}
		for c := range group.NumColumns() {
			chunk, err := group.ColumnChunk(c)
			if err != nil {
				return fmt.Errorf("row group %d, column %d: %w", i, c, err)
			}
			start := chunk.DataPageOffset()
			if chunk.HasDictionaryPage() && chunk.DictionaryPageOffset() > 0 {
				start = min(start, chunk.DictionaryPageOffset())
			}
			length := chunk.TotalCompressedSize()
			if start < int64(len(parquetMagic)) || length < 0 || start > end || length > end-start || chunk.NumValues() < 0 {
				return fmt.Errorf("row group %d, column %d: its bytes (%d from %d) lie outside of the file", i, c, length, start)
			}
		}
	}
	if rows != f.rows {
		return fmt.Errorf("it claims %d rows, and its row groups %d", f.rows, rows)
	}
	return nil
}

// describe reads the top-level columns and their statistics.
func (f *footer) describe() error {
	schema, err := pqarrow.FromParquet(f.meta.Schema, nil, nil)
	if err != nil {
		return fmt.Errorf("its schema cannot be read: %w", err)
	}
	leaf := 0
	for _, field := range schema.Fields() {
		c := footerColumn{name: field.Name, fieldID: fieldIDOf(field), nested: arrow.IsNested(field.Type.ID()), valued: f.rows > 0, counted: true, bounded: true}
		if c.text, c.exact, err = typeOf(field.Type); err != nil {
			return badColumn(field.Name, "%v", err)
		}
		leaves := countLeaves(field.Type)
		if !c.nested {
			if err := f.summarise(leaf, &c); err != nil {
				return fmt.Errorf("the statistics of column %q: %w", shorten(c.name), err)
			}
		}
		leaf += leaves
		f.columns = append(f.columns, c)
	}
	if leaf != f.meta.NumColumns() {
		return errors.New("its schema contradicts itself")
	}
	return nil
}

// summarise adds up the chunks of a flat column.
func (f *footer) summarise(leaf int, c *footerColumn) error {
	var nulls int64
	for i := range f.meta.NumRowGroups() {
		chunk, err := f.meta.RowGroup(i).ColumnChunk(leaf)
		if err != nil {
			return err
		}
		if rows := f.meta.RowGroup(i).NumRows(); chunk.NumValues() != rows {
			return fmt.Errorf("%d values for %d rows", chunk.NumValues(), rows)
		}
		set, err := chunk.StatsSet()
		if err != nil {
			return err
		}
		if !set {
			c.counted, c.bounded = false, false
			continue
		}
		stats, err := chunk.Statistics()
		switch {
		case err != nil:
			return err
		case stats == nil || !stats.HasNullCount():
			c.counted, c.bounded = false, false
			continue
		case stats.NullCount() < 0 || stats.NullCount() > chunk.NumValues():
			return fmt.Errorf("%d nulls among %d values", stats.NullCount(), chunk.NumValues())
		}
		nulls += stats.NullCount()
		c.bounded = c.bounded && (stats.HasMinMax() || stats.NullCount() == chunk.NumValues())
	}
	c.valued = f.rows > 0 && (!c.counted || nulls < f.rows)
	return nil
}

func fieldIDOf(f arrow.Field) int {
	text, ok := f.Metadata.GetValue(fieldIDKey)
	id, err := strconv.Atoi(text)
	if !ok || err != nil || id < 1 {
		return noFieldID
	}
	return id
}

func countLeaves(t arrow.DataType) int {
	nested, ok := t.(arrow.NestedType)
	if !ok {
		return 1
	}
	leaves := 0
	for _, f := range nested.Fields() {
		leaves += countLeaves(f.Type)
	}
	return leaves
}
