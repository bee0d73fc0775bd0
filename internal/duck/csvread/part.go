package csvread

import (
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Part is a run of a table's rows. Its batches hold the rows of one block each.
type Part struct {
	reader  *Reader
	left    int64 // bytes
	refs    atomic.Int64
	current arrow.RecordBatch
	err     error
}

var _ array.RecordReader = (*Part)(nil)

// Part gives the rows that come next, of about so many bytes of text: those with
// which it has them, by blocks. A part is read to its end, or the reader is closed,
// before the next is.
func (r *Reader) Part(bytes int64) *Part {
	p := &Part{reader: r, left: bytes}
	p.refs.Store(1)
	return p
}

// Next goes to the next batch.
func (p *Part) Next() bool {
	p.drop()
	if p.left <= 0 || p.err != nil {
		return false
	}
	var size int
	p.current, size, p.err = p.reader.next()
	p.left -= int64(size)
	return p.current != nil
}

func (p *Part) drop() {
	if p.current != nil {
		p.current.Release()
		p.current = nil
	}
}

// RecordBatch is the batch that Next went to, valid until the next call unless it is
// retained.
func (p *Part) RecordBatch() arrow.RecordBatch { return p.current }

// Record is RecordBatch by its old name.
func (p *Part) Record() arrow.RecordBatch { return p.current }

// Err says what ended the part early.
func (p *Part) Err() error { return p.err }

// Schema is the batches' schema.
func (p *Part) Schema() *arrow.Schema { return p.reader.schema }

// Retain keeps the current batch beyond one Release.
func (p *Part) Retain() { p.refs.Add(1) }

// Release gives the part up, with its current batch.
func (p *Part) Release() {
	if p.refs.Add(-1) == 0 {
		p.drop()
	}
}
