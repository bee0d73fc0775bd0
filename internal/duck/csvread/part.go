package csvread

import (
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Part is a run of a table's rows. Its batches hold the rows of one block each.
type Part struct {
	reader  *Reader
	full    func(text int64) bool
	text    int64 // bytes that were given
	refs    atomic.Int64
	current arrow.RecordBatch
	err     error
}

var _ array.RecordReader = (*Part)(nil)

// Part gives the rows that come next, by blocks, until full says that it has enough of
// their text in bytes. It has one block at least. A part is read to its end, or the
// reader is closed, before the next is.
func (r *Reader) Part(full func(text int64) bool) *Part {
	p := &Part{reader: r, full: full}
	p.refs.Store(1)
	return p
}

// Next goes to the next batch.
func (p *Part) Next() bool {
	p.drop()
	if p.err != nil || p.text > 0 && p.full(p.text) {
		return false
	}
	var size int
	p.current, size, p.err = p.reader.next()
	p.text += int64(size)
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

// Text is how many bytes of text the rows had that were given so far.
func (p *Part) Text() int64 { return p.text }

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
