package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

const (
	parquetMagic  = "PAR1"
	trailerBytes  = 8 // the footer's length and the magic
	maxFooter     = 64 << 20
	fieldIDKey    = "PARQUET:field_id"
	minParquetLen = int64(len(parquetMagic) + trailerBytes)
)

// NoFieldID is the field id of a column that has none.
const NoFieldID = -1

// A TypeFunc names the type that a column of a dataset has for one of a file; exact
// means that the file's bytes already are as Iceberg wants them. leaves are the
// file's own columns of which an Arrow type is made, in its order. [TypeOf] is one.
type TypeFunc func(t arrow.DataType, leaves []*schema.Column) (text string, exact bool, err error)

// Footer is what a Parquet file says of itself, checked against its size.
type Footer struct {
	Meta    *metadata.FileMetaData
	Rows    int64
	Columns []Column
}

// Column is one top-level column of a file.
type Column struct {
	Name    string
	Type    string // its type in a dataset
	FieldID int    // NoFieldID: none
	Exact   bool   // the bytes are as Iceberg wants them
	Nested  bool
	Valued  bool // it holds a value, as far as the footer tells
	// Where a chunk's statistics are incomplete, bounds made of the others
	// would make readers skip rows that match.
	Counted, Bounded bool
	Nulls            int64 // of a flat column, where Counted
}

// Read reads the footer of a Parquet file of the given size through r. A column that
// types refuses is a [ColumnError].
func Read(r io.ReaderAt, size int64, types TypeFunc) (f *Footer, err error) {
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
	f = &Footer{Meta: meta, Rows: meta.GetNumRows()}
	if err := f.checkChunks(size - trailerBytes - length); err != nil {
		return nil, err
	}
	return f, f.describe(types)
}

// checkChunks holds the row groups against the file: their rows add up, and
// every column's bytes lie before the footer.
func (f *Footer) checkChunks(end int64) error {
	if f.Meta.IsSetEncryptionAlgorithm() {
		return errors.New("it is encrypted")
	}
	var rows int64
	for i := range f.Meta.NumRowGroups() {
		group := f.Meta.RowGroup(i)
		if group.NumRows() < 0 || group.NumColumns() != f.Meta.NumColumns() {
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
	if rows != f.Rows {
		return fmt.Errorf("it claims %d rows, and its row groups %d", f.Rows, rows)
	}
	return nil
}

var errContradicts = errors.New("its schema contradicts itself")

// describe reads the top-level columns and their statistics.
func (f *Footer) describe(types TypeFunc) error {
	arrows, err := pqarrow.FromParquet(f.Meta.Schema, nil, nil)
	if err != nil {
		return fmt.Errorf("its schema cannot be read: %w", err)
	}
	leaf := 0
	for _, field := range arrows.Fields() {
		c := Column{Name: field.Name, FieldID: fieldIDOf(field), Nested: arrow.IsNested(field.Type.ID()), Valued: f.Rows > 0, Counted: true, Bounded: true}
		leaves := countLeaves(field.Type)
		if leaf+leaves > f.Meta.NumColumns() {
			return errContradicts
		}
		own := make([]*schema.Column, leaves)
		for i := range own {
			own[i] = f.Meta.Schema.Column(leaf + i)
		}
		if c.Type, c.Exact, err = types(field.Type, own); err != nil {
			return &ColumnError{field.Name, err}
		}
		if !c.Nested {
			if err := f.summarise(leaf, &c); err != nil {
				return fmt.Errorf("the statistics of column %q: %w", shorten(c.Name), err)
			}
		}
		leaf += leaves
		f.Columns = append(f.Columns, c)
	}
	if leaf != f.Meta.NumColumns() {
		return errContradicts
	}
	return nil
}

// summarise adds up the chunks of a flat column.
func (f *Footer) summarise(leaf int, c *Column) error {
	var nulls int64
	for i := range f.Meta.NumRowGroups() {
		chunk, err := f.Meta.RowGroup(i).ColumnChunk(leaf)
		if err != nil {
			return err
		}
		if rows := f.Meta.RowGroup(i).NumRows(); chunk.NumValues() != rows {
			return fmt.Errorf("%d values for %d rows", chunk.NumValues(), rows)
		}
		set, err := chunk.StatsSet()
		if err != nil {
			return err
		}
		if !set {
			c.Counted, c.Bounded = false, false
			continue
		}
		stats, err := chunk.Statistics()
		switch {
		case err != nil:
			return err
		case stats == nil || !stats.HasNullCount():
			c.Counted, c.Bounded = false, false
			continue
		case stats.NullCount() < 0 || stats.NullCount() > chunk.NumValues():
			return fmt.Errorf("%d nulls among %d values", stats.NullCount(), chunk.NumValues())
		}
		nulls += stats.NullCount()
		c.Bounded = c.Bounded && (stats.HasMinMax() || stats.NullCount() == chunk.NumValues())
	}
	c.Nulls = nulls
	c.Valued = f.Rows > 0 && (!c.Counted || nulls < f.Rows)
	return nil
}

func fieldIDOf(f arrow.Field) int {
	text, ok := f.Metadata.GetValue(fieldIDKey)
	id, err := strconv.Atoi(text)
	if !ok || err != nil || id < 1 {
		return NoFieldID
	}
	return id
}

func countLeaves(t arrow.DataType) int {
	if extension, ok := t.(arrow.ExtensionType); ok {
		t = extension.StorageType()
	}
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

// ColumnError says that a column's type has no place in a dataset.
type ColumnError struct {
	Column string
	Err    error
}

func (e *ColumnError) Error() string { return fmt.Sprintf("column %q: %v", shorten(e.Column), e.Err) }

// Unwrap gives the reason.
func (e *ColumnError) Unwrap() error { return e.Err }
