package duck

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
)

// runQuery runs the statement that was parsed last.
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
	err := w.withResult(q, r, func(res *result) error { return w.send(res, r.Limit) })
	if interrupted(err) && w.checkInterrupt() == nil {
		err = w.withResult(q, r, (*result).failure)
	}
	return r.blameFile(r.unplace(q.locate(err)))
}

// withResult starts a statement and has its result used.
func (w *worker) withResult(q *query, r runRequest, use func(*result) error) error {
	i, err := w.instance(r.Views)
	if err != nil {
		return err
	}
	c, done := w.session(i)
	return errors.Join(w.useResult(c, q, r, use), done())
}

func (w *worker) useResult(c *connection, q *query, r runRequest, use func(*result) error) error {
	res, err := w.begin(c, q, r)
	if err != nil {
		return err
	}
	defer res.close()
	return use(res)
}

// instance gives the one in which a statement over these views runs.
func (w *worker) instance(views []View) (*instance, error) {
	urls := urlsOf(views)
	if w.objects == nil || len(urls) == 0 {
		return w.plain, nil
	}
	i, fresh, err := w.objects.instance(urls)
	if err != nil || !fresh {
		return i, err
	}
	c, done := w.session(i)
	if err = errors.Join(checkSizes(c, urls, views), done()); err != nil {
		w.objects.forget()
	}
	return i, err
}

// send sends a result.
func (w *worker) send(res *result, limit int64) error {
	if err := w.out.message(frameColumns, res.columns); err != nil {
		return err
	}
	truncated, err := res.stream(w.out, limit)
	if err != nil {
		return err
	}
	return w.out.message(frameEnd, runEnd{Truncated: truncated})
}

// failure runs a statement that failed before to its error. Where one thread fails,
// DuckDB stops the others, and now and then that they were stopped is all it says.
func (r *result) failure() error {
	for {
		batch, err := r.next()
		if err != nil {
			return err
		}
		if batch == nil {
			return &workerFailure{Kind: failInternal, Message: "DuckDB interrupted the statement of its own accord", Position: -1}
		}
		batch.Release()
	}
}

func interrupted(err error) bool {
	var failure *workerFailure
	return errors.As(err, &failure) && failure.Kind == failInterrupted
}

// begin makes the tables of a run and starts its statement.
func (w *worker) begin(c *connection, q *query, r runRequest) (*result, error) {
	texts := r.Form.casts()
	if q.Kind == guard.ShowTables {
		return begin(c, catalogSQL(r.Catalog), nil, texts)
	}
	if err := w.makeTables(c, q, r.Views); err != nil {
		return nil, err
	}
	if q.planned() {
		return beginPlan(c, q, r, texts)
	}
	return begin(c, q.sql(r.Limit), r.Params, texts)
}

// locate makes the position of an error that of the whole text.
func (q *query) locate(err error) error {
	var failure *workerFailure
	if errors.As(err, &failure) && failure.Position >= 0 {
		failure.Position += q.text.Offset - len(q.prefix())
	}
	return err
}

// unplace takes the position from an error of the run where the statement reads views
// of statements: it may be one in the text of a view.
func (r runRequest) unplace(err error) error {
	var failure *workerFailure
	if !errors.As(err, &failure) || failure.Kind != failInvalid || failure.binding {
		return err
	}
	var names []string
	for _, view := range r.Views {
		if view.SQL != "" {
			names = append(names, view.qualified())
		}
	}
	if len(names) > 0 {
		failure.Position = -1
		failure.Message += "\nIt may be in a view that the statement reads: " + strings.Join(names, ", ")
	}
	return err
}

// blameFile makes an error that names a data file one of that file: the statement
// is not at fault, and what it says is for the log.
func (r runRequest) blameFile(err error) error {
	var failure *workerFailure
	if !errors.As(err, &failure) || failure.Kind != failInvalid {
		return err
	}
	for _, view := range r.Views {
		if slices.ContainsFunc(view.Files, func(file string) bool { return strings.Contains(failure.Message, file) }) {
			failure.Kind = failDamaged
		}
	}
	return err
}
