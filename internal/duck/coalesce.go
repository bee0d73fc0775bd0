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
// batches of up to batchRows rows or about batchBytes, whichever comes first,
// and sends what it has when the oldest row has waited for batchDelay.
const (
	batchRows  = 64 << 10
	batchBytes = 1 << 20
	batchDelay = 20 * time.Millisecond
)

type coalescer struct {
	mu      sync.Mutex // guards all below: the timer sends too
	out     *frameWriter
	ipc     *ipc.Writer
	schema  *arrow.Schema
	pending []arrow.RecordBatch
	rows    int64
	bytes   int64
	timer   *time.Timer
	failed  error
}

// newCoalescer starts an Arrow IPC stream in data frames on out, which belongs
// to it until close returns.
func newCoalescer(out *frameWriter, schema *arrow.Schema) *coalescer {
	c := &coalescer{out: out, schema: schema}
	c.ipc = ipc.NewWriter(out, ipc.WithSchema(schema))
	c.timer = time.AfterFunc(batchDelay, c.late)
	c.timer.Stop()
	return c
}

// add takes over a batch.
func (c *coalescer) add(batch arrow.RecordBatch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		batch.Release()
		return c.failed
	}
	if len(c.pending) == 0 {
		c.timer.Reset(batchDelay)
	}
	c.pending = append(c.pending, batch)
	c.rows += batch.NumRows()
	for _, column := range batch.Columns() {
		c.bytes += int64(column.Data().SizeInBytes())
	}
	if c.rows >= batchRows || c.bytes >= batchBytes {
		c.send()
	}
	return c.failed
}

// late sends what has waited long enough, while DuckDB looks for the next rows.
func (c *coalescer) late() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 || c.failed != nil {
		return
	}
	c.send()
	if c.failed == nil {
		c.failed = c.out.flush()
	}
}

// send writes the pending rows as one batch.
func (c *coalescer) send() {
	c.timer.Stop()
	batch, err := c.join()
	if err == nil {
		err = c.frame(func() error { return c.ipc.Write(batch) })
		batch.Release()
	}
	c.failed = err
}

// frame puts what write produces into one data frame.
func (c *coalescer) frame(write func() error) error {
	start := c.out.begin(frameData)
	if err := write(); err != nil {
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

// close sends the rest and ends the IPC stream, or drops it all if the result
// failed: then the stream has no end, and no reader can take it for whole.
func (c *coalescer) close(whole bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer.Stop()
	if !whole || c.failed != nil {
		c.drop()
		if c.failed == nil {
			c.failed = errStreamClosed
		}
		return nil
	}
	if len(c.pending) > 0 {
		c.send()
	}
	if c.failed != nil {
		return c.failed
	}
	c.failed = errStreamClosed
	return c.frame(c.ipc.Close)
}
