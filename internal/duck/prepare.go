package duck

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// prepared is a statement bound to its parameters and ready to run.
type prepared struct{ statement bindings.PreparedStatement }

func prepare(c *connection, sql string, params []json.RawMessage) (*prepared, error) {
	if err := whole(sql); err != nil {
		return nil, err
	}
	p := &prepared{}
	if bindings.Prepare(c.handle, sql, &p.statement) != bindings.StateSuccess {
		defer p.close()
		failure := engineError(bindings.PrepareError(p.statement))
		failure.binding = true
		return nil, failure
	}
	if err := bindParams(p.statement, params); err != nil {
		p.close()
		return nil, &workerFailure{Kind: failInvalid, Message: err.Error(), Position: -1}
	}
	return p, nil
}

func (p *prepared) close() { bindings.DestroyPrepare(&p.statement) }

// types are the result's types as far as they are known before the run.
func (p *prepared) types(texts casts) []logicalType {
	types := make([]logicalType, bindings.PreparedStatementColumnCount(p.statement))
	for i := range types {
		types[i] = describeType(bindings.PreparedStatementColumnLogicalType(p.statement, bindings.IdxT(i)), texts)
	}
	return types
}

// begin runs a statement. Columns whose types are in texts go as others, which
// a SELECT around the statement casts them to; the result's columns keep the
// names and types of the statement itself.
func begin(c *connection, sql string, params []json.RawMessage, texts casts) (*result, error) {
	p, err := prepare(c, sql, params)
	if err != nil {
		return nil, err
	}
	types := p.types(texts)
	unknown := slices.ContainsFunc(types, func(t logicalType) bool { return t.unknown })
	if !unknown && anyCast(types) {
		names := p.names()
		p.close()
		return beginCast(c, sql, params, names, types)
	}
	r, err := execute(p)
	if err != nil {
		return nil, err
	}
	names := p.names()
	if unknown { // until the parameters had values; so was the number of columns
		names = r.names()
		if types = r.types(texts); anyCast(types) {
			r.close()
			return beginCast(c, sql, params, names, types)
		}
	}
	return r.describe(names, types)
}

func beginCast(c *connection, sql string, params []json.RawMessage, names []string, types []logicalType) (*result, error) {
	p, err := prepare(c, castSQL(sql, types), params)
	if err != nil {
		return nil, err
	}
	r, err := execute(p)
	if err != nil {
		return nil, err
	}
	return r.describe(names, types)
}

func (p *prepared) names() []string {
	names := make([]string, bindings.PreparedStatementColumnCount(p.statement))
	for i := range names {
		names[i] = bindings.PreparedStatementColumnName(p.statement, bindings.IdxT(i))
	}
	return names
}

func anyCast(types []logicalType) bool {
	return slices.ContainsFunc(types, func(t logicalType) bool { return t.differs })
}

// castSQL puts a SELECT around a statement. The order of rows stays.
func castSQL(sql string, types []logicalType) string {
	names, items := make([]string, len(types)), make([]string, len(types))
	for i, t := range types {
		names[i] = fmt.Sprintf("c%d", i)
		items[i] = names[i]
		if t.differs {
			items[i] += "::" + t.wire
		}
	}
	return fmt.Sprintf("SELECT %s FROM (\n%s\n) AS result(%s)", strings.Join(items, ", "), sql, strings.Join(names, ", "))
}
