package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// parseView checks the statement of a view with the first wall and keeps it for the
// run of the statement that was parsed last.
func (w *worker) parseView(sql string) error {
	q, err := w.parser.parse(sql)
	if err != nil {
		return err
	}
	if q.Kind != guard.Select || q.Params > 0 {
		return &workerFailure{Kind: failNotAllowed, Message: "a view is one SELECT, without parameters", Position: -1}
	}
	w.selects[sql] = q
	return w.out.message(frameParsed, q.Statement)
}

// makeTables makes all that a statement reads: first the views of files, then those
// of statements, in their order.
func (w *worker) makeTables(c *connection, q *query, views []View) error {
	if err := q.covered(views); err != nil {
		return err
	}
	sql, err := viewsSQL(views, w.noRows)
	if err != nil {
		return err
	}
	if sql != "" {
		if err := c.make(sql); err != nil {
			// The caller names files and columns: the statement is not at fault.
			return &workerFailure{Kind: failInternal, Message: "views: " + err.Error(), Position: -1}
		}
	}
	for _, view := range views {
		if view.SQL == "" {
			continue
		}
		if err := w.makeSelect(c, view, views); err != nil {
			return err
		}
	}
	return w.checkInterrupt()
}

// makeSelect makes a view of a statement, which the guard has seen in this worker.
func (w *worker) makeSelect(c *connection, view View, views []View) error {
	q := w.selects[view.SQL]
	if q == nil {
		return fmt.Errorf("the statement of view %s was not parsed", view.Name)
	}
	if err := q.covered(views); err != nil {
		return fmt.Errorf("view %s: %w", view.Name, err)
	}
	err := c.make(view.createSQL(q.text.Body))
	var failure *workerFailure
	if errors.As(err, &failure) && (failure.Kind == failInvalid || failure.Kind == failNotAllowed) {
		// Its position is one in the view's statement, not in the one that runs.
		return &workerFailure{Kind: failView, Message: failure.Message, Position: -1, View: view.qualified()}
	}
	return err
}

func (v View) qualified() string { return strings.TrimPrefix(v.Schema+"."+v.Name, ".") }

// createSQL makes the view of a statement. DuckDB looks for a bare name first in the
// schema of the view that it stands in. So the statement is a view in main, and one
// with a schema reads it there, under a name that no statement can write.
func (v View) createSQL(body string) string {
	columns := make([]string, len(v.Columns))
	for i, c := range v.Columns {
		columns[i] = Identifier(c.Name)
	}
	inner, outer := "main."+Identifier(v.Name), ""
	if v.Schema != "" {
		inner = "main." + Identifier(v.qualified()+":statement")
		outer = fmt.Sprintf(";CREATE SCHEMA IF NOT EXISTS %s;CREATE VIEW %s.%s AS SELECT * FROM %s", Identifier(v.Schema), Identifier(v.Schema), Identifier(v.Name), inner)
	}
	return fmt.Sprintf("CREATE VIEW %s AS SELECT %s FROM (\n%s\n)%s", inner, strings.Join(columns, ", "), body, outer)
}

// bind tells the columns of the statement that was parsed last.
func (w *worker) bind(payload []byte) error {
	var r runRequest
	if err := json.Unmarshal(payload, &r); err != nil {
		return err
	}
	q := w.query
	w.query = nil
	if q == nil {
		return errors.New("no statement was parsed")
	}
	c, done := w.session(w.plain)
	columns, err := w.columnsOf(c, q, r.Views)
	if err = errors.Join(err, done()); err != nil {
		return q.locate(err)
	}
	return w.out.message(frameBound, columns)
}

func (w *worker) columnsOf(c *connection, q *query, views []View) ([]Column, error) {
	if err := w.makeTables(c, q, views); err != nil {
		return nil, err
	}
	p, err := prepare(c, q.text.Body, nil)
	if err != nil {
		return nil, err
	}
	defer p.close()
	columns, seen := []Column{}, map[string]bool{}
	for i, name := range p.names() {
		folded := strings.ToLower(name)
		if seen[folded] {
			return nil, &workerFailure{Kind: failInvalid, Position: -1,
				Message: fmt.Sprintf("two columns are called %q (upper and lower case count as the same), and a view's have to differ: name one of them with AS", name)}
		}
		seen[folded] = true
		columns = append(columns, Column{Name: name, Type: icebergOf(bindings.PreparedStatementColumnLogicalType(p.statement, bindings.IdxT(i)))})
	}
	return columns, canBeView(c, q.text.Body, columns)
}

// canBeView makes the view that later runs make. Its error has no place in the
// statement, which was bound.
func canBeView(c *connection, body string, columns []Column) error {
	err := c.make(View{Name: ":bound", Columns: columns}.createSQL(body))
	var failure *workerFailure
	if errors.As(err, &failure) {
		failure.Position = -1
	}
	return err
}
