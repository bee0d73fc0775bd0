package duck

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// part is a piece of a result, of up to 2,048 rows, as DuckDB hands it out.
type part struct {
	rows  int
	chunk bindings.DataChunk
	batch arrow.RecordBatch // of the whole part; nil where no column needs it
}

// release frees what DuckDB holds of the part.
func (p *part) release() {
	if p.batch != nil {
		p.batch.Release()
	}
	bindings.DestroyDataChunk(&p.chunk)
}

// column gathers one column's values of a batch.
type column interface {
	// size tells about how many bytes the values of a part's rows take.
	size(p *part, from, to int) int64
	// add takes the rows over; the part may be released then.
	add(p *part, from, to int) error
	// take gives what was gathered, which is valid until the next add.
	take() (arrow.Array, error)
	// drop forgets what was gathered.
	drop()
}

// newColumns makes a column for each field. layouts says how DuckDB lays the values
// out, nil where its own conversion to Arrow has to be taken.
func newColumns(schema *arrow.Schema, layouts []layout) []column {
	columns := make([]column, schema.NumFields())
	for i := range columns {
		if layouts[i] == nil {
			columns[i] = &foreignColumn{index: i}
			continue
		}
		columns[i] = &flatColumn{index: i, typ: schema.Field(i).Type, values: layouts[i]()}
	}
	return columns
}

// flatColumn gathers values that DuckDB keeps side by side.
type flatColumn struct {
	index  int
	typ    arrow.DataType
	rows   int
	valid  validity
	values values
}

func (c *flatColumn) vector(p *part) vector {
	v := bindings.DataChunkGetVector(p.chunk, bindings.IdxT(c.index))
	return vector{data: bindings.VectorGetData(v), valid: maskOf(bindings.VectorGetValidity(v), p.rows)}
}

func (c *flatColumn) size(p *part, from, to int) int64 { return c.values.size(c.vector(p), from, to) }

func (c *flatColumn) add(p *part, from, to int) error {
	v := c.vector(p)
	c.valid.add(v.valid, c.rows, from, to)
	c.rows += to - from
	return c.values.add(v, from, to)
}

func (c *flatColumn) take() (arrow.Array, error) {
	buffers := append([]*memory.Buffer{c.valid.buffer()}, c.values.buffers()...)
	data := array.NewData(c.typ, c.rows, buffers, nil, c.valid.nulls, 0)
	defer data.Release()
	a := array.MakeFromData(data)
	c.drop()
	return a, nil
}

func (c *flatColumn) drop() {
	c.rows = 0
	c.valid.reset()
	c.values.reset()
}

// foreignColumn gathers values that DuckDB turns into Arrow itself.
type foreignColumn struct {
	index  int
	pieces []arrow.Array
}

func (c *foreignColumn) size(p *part, from, to int) int64 {
	return int64(p.batch.Column(c.index).Data().SizeInBytes()) * int64(to-from) / int64(p.rows)
}

func (c *foreignColumn) add(p *part, from, to int) error {
	c.pieces = append(c.pieces, array.NewSlice(p.batch.Column(c.index), int64(from), int64(to)))
	return nil
}

func (c *foreignColumn) take() (arrow.Array, error) {
	defer c.drop()
	if len(c.pieces) == 1 {
		c.pieces[0].Retain()
		return c.pieces[0], nil
	}
	return array.Concatenate(c.pieces, memory.DefaultAllocator)
}

func (c *foreignColumn) drop() {
	for _, piece := range c.pieces {
		piece.Release()
	}
	clear(c.pieces)
	c.pieces = c.pieces[:0]
}
