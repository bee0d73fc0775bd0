package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// maxStatement bounds the text of a statement: the parser's tree is some
// hundred times as large.
const maxStatement = 1 << 20

// query is a statement in the worker that the guard let pass. Its text is the
// one that was checked.
type query struct {
	text guard.Text
	guard.Statement
}

// parse checks a statement with the first wall.
func parse(c *connection, sql string) (*query, error) {
	switch {
	case len(sql) > maxStatement:
		return nil, &workerFailure{Kind: failNotAllowed, Position: -1,
			Message: fmt.Sprintf("a statement may have at most %d bytes, this one has %d", maxStatement, len(sql))}
	case strings.IndexByte(sql, 0) >= 0 || !utf8.ValidString(sql):
		return nil, &workerFailure{Kind: failInvalid, Position: -1, Message: "the statement is no UTF-8 text"}
	}
	text := guard.Prepare(sql)
	tree, err := c.text("SELECT json_serialize_sql(" + Literal(text.Body) + ")::VARCHAR")
	if err != nil {
		return nil, err
	}
	statement, err := guard.Check([]byte(tree[0][0]))
	var refusal *guard.Refusal
	if errors.As(err, &refusal) {
		f := &workerFailure{Kind: failNotAllowed, Message: refusal.Message, Position: refusal.Position}
		if refusal.Invalid {
			f.Kind = failInvalid
		}
		if f.Position >= 0 {
			f.Position += text.Offset
		}
		return nil, f
	}
	if err != nil {
		return nil, err
	}
	q := &query{text: text, Statement: *statement}
	q.place()
	return q, nil
}

// place makes positions and kind those of the whole text.
func (q *query) place() {
	for i := range q.Tables {
		if q.Tables[i].Position >= 0 {
			q.Tables[i].Position += q.text.Offset
		}
	}
	if q.text.Kind != guard.Select {
		q.Kind, q.Ordered = q.text.Kind, false
	}
}

// sql gives the text to run for a limit, 0 for none.
func (q *query) sql(limit int64) string {
	switch {
	case q.Kind == guard.Explain:
		return "EXPLAIN " + q.text.Body
	case q.Kind == guard.ExplainAnalyze:
		return "EXPLAIN ANALYZE " + q.text.Body
	case q.Ordered && limit > 0:
		// One more than asked for tells whether the limit cut.
		return fmt.Sprintf("%s\nLIMIT %d", q.text.Body, limit+1)
	}
	return q.text.Body
}

// covered makes sure that every table of the statement is given by a view, so
// that no name reaches DuckDB that could mean anything else.
func (q *query) covered(views []View) error {
	given := map[string]bool{}
	for _, view := range views {
		given[strings.ToLower(view.Schema+"."+view.Name)] = true
	}
	for _, table := range q.Tables {
		if !given[strings.ToLower(table.Schema+"."+table.Name)] {
			return &workerFailure{Kind: failInvalid, Position: table.Position,
				Message: fmt.Sprintf("table %s does not exist", table.Name)}
		}
	}
	return nil
}

// catalogSQL answers SHOW TABLES from the names the caller gives.
func catalogSQL(names []string) string {
	return "SELECT unnest(" + literalList(names) + "::VARCHAR[]) AS name"
}

// prepared is a statement bound and ready to run, with what its result will be.
type prepared struct {
	statement bindings.PreparedStatement
	columns   []ResultColumn
	wires     []logicalType
}

func (p *prepared) close() { bindings.DestroyPrepare(&p.statement) }

// prepareQuery binds the query's text. A column that Arrow cannot carry exactly
// is cast to text by a SELECT around it.
func prepareQuery(c *connection, sql string, params []json.RawMessage, exact bool) (*prepared, error) {
	p, err := prepare(c, sql, exact)
	if err != nil {
		return nil, err
	}
	if casts, any := p.casts(); any {
		columns := p.columns
		p.close()
		if p, err = prepare(c, fmt.Sprintf("SELECT %s FROM (\n%s\n) AS result(%s)", casts, sql, aliases(len(columns))), exact); err != nil {
			return nil, err
		}
		p.columns = columns
	}
	if err := bindParams(p.statement, params); err != nil {
		p.close()
		return nil, &workerFailure{Kind: failInvalid, Message: err.Error(), Position: -1}
	}
	return p, nil
}

func prepare(c *connection, sql string, exact bool) (*prepared, error) {
	p := &prepared{}
	if bindings.Prepare(c.handle, sql, &p.statement) != bindings.StateSuccess {
		defer p.close()
		return nil, engineError(bindings.PrepareError(p.statement))
	}
	for i := range bindings.PreparedStatementColumnCount(p.statement) {
		t := describeType(bindings.PreparedStatementColumnLogicalType(p.statement, i), exact)
		name := bindings.PreparedStatementColumnName(p.statement, i)
		p.columns = append(p.columns, ResultColumn{Name: name, Type: t.name})
		p.wires = append(p.wires, t)
	}
	return p, nil
}

// casts lists the columns as they go over the wire; any is false if they go as
// they are.
func (p *prepared) casts() (list string, any bool) {
	items := make([]string, len(p.wires))
	for i, t := range p.wires {
		items[i] = fmt.Sprintf("c%d", i)
		if t.asText {
			items[i] = fmt.Sprintf("c%d::%s", i, t.wire)
			any = true
		}
	}
	return strings.Join(items, ", "), any
}

func aliases(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
	}
	return strings.Join(names, ", ")
}
