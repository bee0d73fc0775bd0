package duck

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
)

// Predicate checks that a text is one expression over the columns of a table, such
// as may stand after WHERE, and that the guard lets it pass. A job may have the text in parentheses, with a
// line end before the closing one, which ends a comment.
func (p *Pool) Predicate(ctx context.Context, table, text string) (*Condition, error) {
	s, err := p.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	statement, err := s.parse(ctx, parseRequest{SQL: "SELECT (" + text + "\n) AS p FROM " + Identifier(table), Predicate: table})
	s.parsed = nil
	if err != nil {
		return nil, err
	}
	return statement.Condition, nil
}

// predicate parses the statement around a predicate.
func (p *parser) predicate(sql, table string) (*query, error) {
	q, err := p.parse(sql)
	if err != nil {
		return nil, err
	}
	tree, err := p.tree(q.text.Body)
	if err != nil {
		return nil, err
	}
	q.Condition, err = guard.Predicate(tree, table)
	var refusal *guard.Refusal
	if errors.As(err, &refusal) {
		return nil, &workerFailure{Kind: failNotAllowed, Message: refusal.Message, Position: -1}
	}
	return q, err
}
