package duck

import (
	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/apache/arrow-go/v18/arrow"
)

// result is a running result, which hands out its rows as they come.
type result struct {
	raw     bindings.Result
	options bindings.ArrowOptions
	schema  *arrow.Schema
}

// execute starts a prepared statement. It returns when the first rows are there.
func execute(p *prepared) (*result, error) {
	var pending bindings.PendingResult
	state := bindings.PendingPreparedStreaming(p.statement, &pending)
	defer bindings.DestroyPending(&pending)
	if state != bindings.StateSuccess {
		return nil, engineError(bindings.PendingError(pending))
	}
	r := &result{}
	if bindings.ExecutePending(pending, &r.raw) != bindings.StateSuccess {
		defer r.close()
		return nil, engineError(bindings.ResultError(&r.raw))
	}
	r.options = bindings.ResultGetArrowOptions(&r.raw)
	if err := r.readSchema(p.columns); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *result) readSchema(columns []ResultColumn) (err error) {
	types := make([]bindings.LogicalType, len(columns))
	names := make([]string, len(columns))
	for i := range types {
		types[i] = bindings.ColumnLogicalType(&r.raw, bindings.IdxT(i))
		defer bindings.DestroyLogicalType(&types[i])
		names[i] = columns[i].Name
	}
	r.schema, err = arrowSchema(r.options, types, names)
	return err
}

func (r *result) close() {
	bindings.DestroyArrowOptions(&r.options)
	bindings.DestroyResult(&r.raw)
}

// next gives the next batch, nil at the end.
func (r *result) next() (arrow.RecordBatch, error) {
	chunk := bindings.FetchChunk(r.raw)
	if chunk.Ptr == nil {
		if message := bindings.ResultError(&r.raw); message != "" {
			return nil, engineError(message)
		}
		return nil, nil
	}
	defer bindings.DestroyDataChunk(&chunk)
	return arrowBatch(r.options, r.schema, chunk)
}

// stream sends the rows, at most limit of them unless that is 0, and reports
// whether there were more.
func (r *result) stream(out *frameWriter, limit int64) (truncated bool, err error) {
	c := newCoalescer(out, r.schema)
	defer func() {
		if closeErr := c.close(err == nil); err == nil {
			err = closeErr
		}
	}()
	var sent int64
	for {
		batch, err := r.next()
		if err != nil || batch == nil {
			return false, err
		}
		if rows := batch.NumRows(); limit > 0 && sent+rows > limit {
			head := batch.NewSlice(0, limit-sent)
			batch.Release()
			return true, c.add(head)
		}
		sent += batch.NumRows()
		if err := c.add(batch); err != nil {
			return false, err
		}
	}
}
