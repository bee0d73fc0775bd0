package duck

import (
	"encoding/json"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
)

// runQuery runs the statement that was parsed last, on a connection of its own.
func (w *worker) runQuery(payload []byte) error {
	var r runRequest
	if err := json.Unmarshal(payload, &r); err != nil {
		return err
	}
	q := w.query
	w.query = nil
	if q == nil {
		return errors.New("no statement was parsed")
	}
	c, done, err := w.session()
	if err != nil {
		return err
	}
	defer done()
	p, err := w.bind(c, q, r)
	if err != nil {
		return q.locate(err)
	}
	defer p.close()
	if err := w.stopped(); err != nil {
		return err
	}
	res, err := execute(p)
	if err != nil {
		return q.locate(err)
	}
	defer res.close()
	if err := w.out.message(frameColumns, p.columns); err != nil {
		return err
	}
	truncated, err := res.stream(w.out, r.Limit)
	if err != nil {
		return q.locate(err)
	}
	return w.out.message(frameEnd, runEnd{Truncated: truncated})
}

// bind makes the views of a run and prepares its statement.
func (w *worker) bind(c *connection, q *query, r runRequest) (*prepared, error) {
	if q.Kind == guard.ShowTables {
		return prepareQuery(c, catalogSQL(r.Catalog), nil, r.ExactText)
	}
	if err := q.covered(r.Views); err != nil {
		return nil, err
	}
	sql, err := viewsSQL(r.Views)
	if err != nil {
		return nil, err
	}
	if sql != "" {
		if err := c.exec(sql); err != nil {
			// The caller names files and columns, so the statement is not at fault.
			return nil, &workerFailure{Kind: failInternal, Message: "views: " + err.Error(), Position: -1}
		}
	}
	return prepareQuery(c, q.sql(r.Limit), r.Params, r.ExactText)
}

// locate makes the position of an error that of the whole text.
func (q *query) locate(err error) error {
	var failure *workerFailure
	if errors.As(err, &failure) && failure.Position >= 0 {
		failure.Position += q.text.Offset - prefixLength[q.Kind]
	}
	return err
}

// prefixLength is how many bytes query.sql puts before the statement.
var prefixLength = map[guard.Kind]int{
	guard.Explain:        len("EXPLAIN "),
	guard.ExplainAnalyze: len("EXPLAIN ANALYZE "),
}
