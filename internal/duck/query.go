package duck

import (
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

// parser turns statements into queries, on a connection that does nothing else.
type parser struct {
	connection *connection
	serialize  bindings.PreparedStatement
	steady     map[string]bool // functions whose values do not change
}

func newParser(db bindings.Database) (*parser, error) {
	c, err := connect(db)
	if err != nil {
		return nil, err
	}
	p := &parser{connection: c, steady: steadyFunctions()}
	if bindings.Prepare(c.handle, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", &p.serialize) != bindings.StateSuccess {
		return nil, engineError(bindings.PrepareError(p.serialize))
	}
	_, err = p.parse("SELECT 1") // the first is slower
	return p, err
}

// tree gives the syntax tree of a text as JSON.
func (p *parser) tree(sql string) ([]byte, error) {
	var result bindings.Result
	defer bindings.DestroyResult(&result)
	bindings.BindVarcharLength(p.serialize, 1, sql, bindings.IdxT(len(sql)))
	if bindings.ExecutePrepared(p.serialize, &result) != bindings.StateSuccess {
		return nil, engineError(bindings.ResultError(&result))
	}
	rows, err := textRows(&result)
	if err != nil {
		return nil, err
	}
	return []byte(rows[0][0]), nil
}

// parse checks a statement with the first wall.
func (p *parser) parse(sql string) (*query, error) {
	switch {
	case len(sql) > maxStatement:
		return nil, &workerFailure{Kind: failNotAllowed, Position: -1,
			Message: fmt.Sprintf("a statement may have at most %d bytes, this one has %d", maxStatement, len(sql))}
	case strings.IndexByte(sql, 0) >= 0 || !utf8.ValidString(sql):
		return nil, &workerFailure{Kind: failInvalid, Position: -1, Message: "the statement is no UTF-8 text"}
	}
	text := guard.Prepare(sql)
	tree, err := p.tree(text.Body)
	if err != nil {
		return nil, err
	}
	statement, err := guard.Check(tree)
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
	q.Repeatable = p.repeatable(&q.Statement)
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
		q.Kind, q.Ordered, q.Tree = q.text.Kind, false, q.text.Tree
	}
}

// prefix is what stands in the text to run before the statement that is explained.
func (q *query) prefix() string {
	switch {
	case q.Kind == guard.ExplainAnalyze:
		return "EXPLAIN (ANALYZE, FORMAT json) "
	case q.Kind == guard.Explain && q.Tree:
		return "EXPLAIN (FORMAT json) "
	case q.Kind == guard.Explain:
		return "EXPLAIN "
	}
	return ""
}

// planned tells that what runs gives DuckDB's account of the plan, which is not for
// the reader as it is.
func (q *query) planned() bool { return q.Kind == guard.ExplainAnalyze || q.Tree }

// sql gives the text to run for a limit, 0 for none.
func (q *query) sql(limit int64) string {
	prefix := q.prefix()
	switch {
	case prefix != "":
		return prefix + q.text.Body
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
