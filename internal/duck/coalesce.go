package duck

import (
	"fmt"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
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
	columns []column
	rows    int64 // gathered in the columns, not yet sent
	bytes   int64
	enough  int64 // rows that make a batch
	armed   bool  // the timer runs
	closed  bool
	err     error // of what the timer sent
}

// newCoalescer starts an Arrow IPC stream in data frames on out. The caller
// calls close.
func newCoalescer(out *frameWriter, schema *arrow.Schema, columns []column) *coalescer {
	c := &coalescer{out: out, schema: schema, columns: columns, ipc: ipc.NewWriter(out, ipc.WithSchema(schema)), enough: firstRows}
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
	if c.rows > 0 {
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

// add takes the first rows of a part. Where they are far over batchBytes, for their
// values are huge, they are cut into pieces, so that no reader has to hold them whole.
func (c *coalescer) add(p *part, rows int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil || rows == 0 {
		return c.err
	}
	if !c.armed {
		c.armed = true
		c.timer.Reset(patience)
	}
	bytes := int64(0)
	for _, column := range c.columns {
		bytes += column.size(p, 0, rows)
	}
	step := rows
	if bytes > 4*batchBytes {
		step = max(int(int64(rows)*batchBytes/bytes), 1)
	}
	for from := 0; from < rows && c.err == nil; from += step {
		c.err = c.take(p, from, min(from+step, rows), bytes/int64(rows))
	}
	return c.err
}

// take takes rows of about so many bytes each.
func (c *coalescer) take(p *part, from, to int, each int64) error {
	for _, column := range c.columns {
		if err := column.add(p, from, to); err != nil {
			return err
		}
	}
	c.rows += int64(to - from)
	c.bytes += each * int64(to-from)
	if c.rows < c.enough && c.bytes < batchBytes {
		return nil
	}
	if err := c.send(); err != nil || c.enough == batchRows {
		return err
	}
	c.enough = batchRows
	return c.out.flush()
}

// send writes the gathered rows as one batch.
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

// join makes one batch of the gathered rows, valid until the next are added.
func (c *coalescer) join() (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, 0, len(c.columns))
	defer func() {
		for _, column := range columns {
			column.Release()
		}
	}()
	for i, column := range c.columns {
		a, err := column.take()
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.schema.Field(i).Name, err)
		}
		columns = append(columns, a)
	}
	rows := c.rows
	c.rows, c.bytes = 0, 0
	return array.NewRecordBatch(c.schema, columns, rows), nil
}

// drop forgets what was gathered.
func (c *coalescer) drop() {
	for _, column := range c.columns {
		column.drop()
	}
	c.rows, c.bytes = 0, 0
}

// finish sends the rest and ends the IPC stream. Without it the stream has no
// end, and no reader can take it for whole.
func (c *coalescer) finish() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	if c.rows > 0 {
		if err := c.send(); err != nil {
			return err
		}
	}
	return c.frame(c.ipc.Close)
}
