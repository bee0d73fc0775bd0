package duck

import (
	"fmt"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// DuckDB hands out at most 2,048 rows at a time. A coalescer joins them into
// batches of up to batchRows rows or about batchBytes, whichever comes first.
// The first batch goes out as soon as one full chunk is there, and what there is
// after patience, for the next chunk may be long in coming.
//
// DuckDB itself keeps rows back until it has a MB of chunks. Its setting for that,
// streaming_buffer_size, is each connection's own, and out of reach once the
// configuration is locked.
const (
	firstRows  = 2048
	batchRows  = 64 << 10
	batchBytes = 1 << 20
	patience   = 100 * time.Millisecond
)

// coalescer has out to itself from newCoalescer to close.
type coalescer struct {
	schema *arrow.Schema
	timer  *time.Timer // of hurry; runs from the start, and anew from the first add after it fired

	mu      sync.Mutex // the timer sends, too
	out     *frameWriter
	ipc     *ipc.Writer
	pending []arrow.RecordBatch
	rows    int64
	bytes   int64
	enough  int64 // rows that make a batch
	armed   bool  // the timer runs
	closed  bool
	err     error // of what the timer sent
}

// newCoalescer starts an Arrow IPC stream in data frames on out. The caller
// calls close.
func newCoalescer(out *frameWriter, schema *arrow.Schema) *coalescer {
	c := &coalescer{out: out, schema: schema, ipc: ipc.NewWriter(out, ipc.WithSchema(schema)), enough: firstRows}
	c.timer = time.AfterFunc(patience, c.hurry)
	c.armed = true
	return c
}

// hurry sends what has waited, for patience at most: rows, and whole frames that
// were gathered, the columns of a result without rows yet included.
func (c *coalescer) hurry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = false
	if c.closed || c.err != nil {
		return
	}
	if len(c.pending) > 0 {
		c.err = c.send()
	}
	if c.err == nil {
		c.err = c.out.flush()
	}
}

// close frees what was not sent. The timer sends nothing any more.
func (c *coalescer) close() {
	c.timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.drop()
}

// add takes over a batch. One that is far over batchBytes, for its values are
// huge, is cut into pieces, so that no reader has to hold it whole.
func (c *coalescer) add(batch arrow.RecordBatch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		batch.Release()
		return c.err
	}
	if !c.armed {
		c.armed = true
		c.timer.Reset(patience)
	}
	bytes := sizeOf(batch)
	rows := batch.NumRows()
	if bytes <= 4*batchBytes || rows < 2 {
		return c.take(batch, bytes)
	}
	defer batch.Release()
	step := max(rows*batchBytes/bytes, 1)
	for from := int64(0); from < rows; from += step {
		to := min(from+step, rows)
		if err := c.take(batch.NewSlice(from, to), bytes*(to-from)/rows); err != nil {
			return err
		}
	}
	return nil
}

func sizeOf(batch arrow.RecordBatch) (bytes int64) {
	for _, column := range batch.Columns() {
		bytes += int64(column.Data().SizeInBytes())
	}
	return bytes
}

// take takes over a batch of about so many bytes.
func (c *coalescer) take(batch arrow.RecordBatch, bytes int64) error {
	c.pending = append(c.pending, batch)
	c.rows += batch.NumRows()
	c.bytes += bytes
	if c.rows < c.enough && c.bytes < batchBytes {
		return nil
	}
	if err := c.send(); err != nil || c.enough == batchRows {
		return err
	}
	c.enough = batchRows
	return c.out.flush()
}

// send writes the pending rows as one batch.
func (c *coalescer) send() error {
	batch, err := c.join()
	if err != nil {
		return err
	}
	defer batch.Release()
	return c.frame(func() error { return c.ipc.Write(batch) })
}

// frame puts what write produces into one data frame, or none if write fails.
func (c *coalescer) frame(write func() error) error {
	start := c.out.begin(frameData)
	if err := write(); err != nil {
		c.out.abandon(start)
		return err
	}
	return c.out.end(start)
}

// join makes one batch of the pending ones and releases them.
func (c *coalescer) join() (arrow.RecordBatch, error) {
	defer c.drop()
	if len(c.pending) == 1 {
		c.pending[0].Retain()
		return c.pending[0], nil
	}
	columns := make([]arrow.Array, c.schema.NumFields())
	defer func() {
		for _, column := range columns {
			if column != nil {
				column.Release()
			}
		}
	}()
	parts := make([]arrow.Array, len(c.pending))
	for i := range columns {
		for j, batch := range c.pending {
			parts[j] = batch.Column(i)
		}
		column, err := array.Concatenate(parts, memory.DefaultAllocator)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.schema.Field(i).Name, err)
		}
		columns[i] = column
	}
	return array.NewRecordBatch(c.schema, columns, c.rows), nil
}

func (c *coalescer) drop() {
	for _, batch := range c.pending {
		batch.Release()
	}
	clear(c.pending)
	c.pending, c.rows, c.bytes = c.pending[:0], 0, 0
}

// finish sends the rest and ends the IPC stream. Without it the stream has no
// end, and no reader can take it for whole.
func (c *coalescer) finish() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	if len(c.pending) > 0 {
		if err := c.send(); err != nil {
			return err
		}
	}
	return c.frame(c.ipc.Close)
}
