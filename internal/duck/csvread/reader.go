package csvread

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Reader reads a table's rows, a [Part] after the other. Close ends it, also before
// the end.
type Reader struct {
	schema     *arrow.Schema
	converters []converter
	table      Table
	memory     memory.Allocator

	ordered chan *task // in the order of the rows
	work    chan *task // the same, for whoever has time
	free    chan *task
	stop    context.CancelFunc
	running sync.WaitGroup

	ahead *task // the next one, where it was looked at
}

// task is one block on its way.
type task struct {
	block
	skip  int // records to leave out
	batch arrow.RecordBatch
	err   error
	done  chan struct{} // holds one when batch and err are there
}

// New reads r, which is in UTF-8 and begins at the table's offset, with so many goroutines for the
// values. Its batches are of memory of mem.
func New(r io.Reader, table Table, workers int, mem memory.Allocator) (*Reader, error) {
	schema, err := table.schema()
	if err != nil {
		return nil, err
	}
	reader := &Reader{schema: schema, table: table, memory: mem,
		ordered: make(chan *task, workers+2), work: make(chan *task, workers+2), free: make(chan *task, workers+2)}
	for _, field := range schema.Fields() {
		c, err := converterOf(field.Type)
		if err != nil {
			return nil, err
		}
		reader.converters = append(reader.converters, c)
	}
	for range workers + 2 {
		reader.free <- &task{done: make(chan struct{}, 1)}
	}
	var ctx context.Context
	ctx, reader.stop = context.WithCancel(context.Background())
	reader.running.Go(func() { reader.cut(ctx, r) })
	for range workers {
		reader.running.Go(reader.convert)
	}
	return reader, nil
}

// cut hands out the blocks of the file.
func (r *Reader) cut(ctx context.Context, in io.Reader) {
	defer close(r.ordered)
	defer close(r.work)
	c := cutter{r: in}
	skip := 0
	if r.table.Header {
		skip = 1
	}
	for {
		var t *task
		select {
		case t = <-r.free:
		case <-ctx.Done():
			return
		}
		t.buf, t.err = c.next(t.buf)
		if t.err == nil && len(t.buf) == 0 {
			return
		}
		if t.err == nil && skip > 0 && len(bytes.Trim(t.buf, "\r\n")) == 0 { // blank lines before the header
			r.free <- t
			continue
		}
		t.skip, skip = skip, 0
		if t.err != nil {
			t.done <- struct{}{}
			r.ordered <- t // has room for every task
			return
		}
		r.ordered <- t
		r.work <- t
	}
}

// convert makes batches of blocks.
func (r *Reader) convert() {
	for t := range r.work {
		t.batch, t.err = r.batch(t)
		t.done <- struct{}{}
	}
}

func (r *Reader) batch(t *task) (arrow.RecordBatch, error) {
	if err := t.split(r.table.Delimiter, len(r.converters), t.skip); err != nil {
		return nil, err
	}
	columns := make([]arrow.Array, 0, len(r.converters))
	defer func() {
		for _, column := range columns {
			column.Release()
		}
	}()
	for i, convert := range r.converters {
		data, err := convert(&t.block, t.cells[i], r.memory)
		if err != nil {
			return nil, err
		}
		columns = append(columns, array.MakeFromData(data))
		data.Release()
	}
	return array.NewRecordBatch(r.schema, columns, int64(len(t.cells[0]))), nil
}

// More reports whether rows are left, or an error of which the next part tells.
func (r *Reader) More() bool {
	if r.ahead == nil {
		r.ahead = <-r.ordered
	}
	return r.ahead != nil
}

// next takes the next batch, and how many bytes its text has, or none at the end.
func (r *Reader) next() (batch arrow.RecordBatch, size int, err error) {
	if !r.More() {
		return nil, 0, nil
	}
	t := r.ahead
	r.ahead = nil
	<-t.done
	batch, size, err = t.batch, len(t.buf), t.err
	t.batch = nil
	if cap(t.buf) > 2*blockBytes { // of a long record
		t.block = block{}
	}
	r.free <- t
	return batch, size, err
}

// Close ends the reading. Once it returns, the file is not read any more.
func (r *Reader) Close() {
	r.stop()
	for r.More() {
		if batch, _, _ := r.next(); batch != nil {
			batch.Release()
		}
	}
	r.running.Wait()
}
