package duck

import (
	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/apache/arrow-go/v18/arrow"
)

// result is a running statement, which hands out its rows as they come.
type result struct {
	prepared *prepared
	raw      bindings.Result
	options  bindings.ArrowOptions
	schema   *arrow.Schema
	columns  []ResultColumn
}

// execute starts a statement, which belongs to the result from then on. It
// returns when the first rows are there.
func execute(p *prepared) (*result, error) {
	r := &result{prepared: p}
	var pending bindings.PendingResult
	state := bindings.PendingPreparedStreaming(p.statement, &pending)
	defer bindings.DestroyPending(&pending)
	if state != bindings.StateSuccess {
		defer r.close()
		return nil, engineError(bindings.PendingError(pending))
	}
	settle(pending)
	if bindings.ExecutePending(pending, &r.raw) != bindings.StateSuccess {
		defer r.close()
		return nil, engineError(bindings.ResultError(&r.raw))
	}
	r.options = bindings.ResultGetArrowOptions(&r.raw)
	return r, nil
}

func (r *result) close() {
	bindings.DestroyArrowOptions(&r.options)
	bindings.DestroyResult(&r.raw)
	r.prepared.close()
}

// types are the types of the result.
func (r *result) types(texts casts) []logicalType {
	types := make([]logicalType, bindings.ColumnCount(&r.raw))
	for i := range types {
		types[i] = describeType(bindings.ColumnLogicalType(&r.raw, bindings.IdxT(i)), texts)
	}
	return types
}

// names are the names of the result's columns.
func (r *result) names() []string {
	names := make([]string, bindings.ColumnCount(&r.raw))
	for i := range names {
		names[i] = bindings.ColumnName(&r.raw, bindings.IdxT(i))
	}
	return names
}

// describe gives the columns their names and types. An error closes the result.
func (r *result) describe(names []string, types []logicalType) (_ *result, err error) {
	wire := make([]bindings.LogicalType, len(names))
	for i := range wire {
		wire[i] = bindings.ColumnLogicalType(&r.raw, bindings.IdxT(i))
		defer bindings.DestroyLogicalType(&wire[i])
		r.columns = append(r.columns, ResultColumn{Name: names[i], Type: types[i].name})
	}
	if r.schema, err = arrowSchema(r.options, wire, names); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
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
	defer c.close()
	for sent := int64(0); ; {
		batch, err := r.next()
		if err != nil {
			return false, err
		}
		if batch == nil {
			return false, c.finish()
		}
		if limit > 0 && sent+batch.NumRows() > limit {
			head := batch.NewSlice(0, limit-sent)
			batch.Release()
			if err := c.add(head); err != nil {
				return false, err
			}
			return true, c.finish()
		}
		sent += batch.NumRows()
		if err := c.add(batch); err != nil {
			return false, err
		}
	}
}
