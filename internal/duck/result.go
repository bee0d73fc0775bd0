package duck

import (
	"slices"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/apache/arrow-go/v18/arrow"
)

// result is a running statement, which hands out its rows as they come.
type result struct {
	prepared *prepared
	raw      bindings.Result
	options  bindings.ArrowOptions
	schema   *arrow.Schema
	layouts  []layout // of the columns; nil for one that DuckDB turns into Arrow
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
		r.layouts = append(r.layouts, layoutOf(wire[i]))
		r.columns = append(r.columns, ResultColumn{Name: names[i], Type: types[i].name})
	}
	if r.schema, err = arrowSchema(r.options, wire, names); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// fetch gives the next chunk, with a nil pointer at the end.
func (r *result) fetch() (chunk bindings.DataChunk, err error) {
	chunk = bindings.FetchChunk(r.raw)
	if chunk.Ptr == nil {
		if message := bindings.ResultError(&r.raw); message != "" {
			err = engineError(message)
		}
	}
	return chunk, err
}

// next gives the next rows as a batch, nil at the end.
func (r *result) next() (arrow.RecordBatch, error) {
	chunk, err := r.fetch()
	if chunk.Ptr == nil {
		return nil, err
	}
	defer bindings.DestroyDataChunk(&chunk)
	return arrowBatch(r.options, r.schema, chunk)
}

// nextPart gives the next rows as DuckDB has them, nil at the end.
func (r *result) nextPart() (*part, error) {
	chunk, err := r.fetch()
	if chunk.Ptr == nil {
		return nil, err
	}
	p := &part{chunk: chunk, rows: int(bindings.DataChunkGetSize(chunk))}
	if slices.ContainsFunc(r.layouts, func(l layout) bool { return l == nil }) {
		if p.batch, err = arrowBatch(r.options, r.schema, chunk); err != nil {
			p.release()
			return nil, err
		}
	}
	return p, nil
}

// stream sends the rows, at most limit of them unless that is 0, and reports
// whether there were more.
func (r *result) stream(out *frameWriter, limit int64) (truncated bool, err error) {
	c := newCoalescer(out, r.schema, newColumns(r.schema, r.layouts))
	defer c.close()
	for sent := int64(0); !truncated; {
		p, err := r.nextPart()
		if err != nil {
			return false, err
		}
		if p == nil {
			break
		}
		rows := p.rows
		if truncated = limit > 0 && sent+int64(rows) > limit; truncated {
			rows = int(limit - sent)
		}
		sent += int64(rows)
		err = c.add(p, rows)
		p.release()
		if err != nil {
			return false, err
		}
	}
	return truncated, c.finish()
}
