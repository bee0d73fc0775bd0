package mcpd

import (
	"context"
	"encoding/json"
	"io"

	"github.com/mark3labs/mcp-go/mcp"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

const (
	rowsByDefault = 100
	maxRows       = 1_000
	maxStatement  = 100_000 // characters
	leftover      = 64 << 10
)

type sqlArgs struct {
	SQL    string          `json:"sql"`
	Limit  *int            `json:"limit"`
	Cursor string          `json:"cursor"`
	AsOf   json.RawMessage `json:"as_of"`
}

// page is a part of a statement's result. It is whole where it has no next cursor and is
// not truncated.
type page struct {
	Columns    []query.Column `json:"columns"`
	Rows       [][]any        `json:"rows" jsonschema:"each has a value for each column, in their order"`
	Offset     int64          `json:"offset" jsonschema:"rows of the result before the first one here"`
	Truncated  bool           `json:"truncated" jsonschema:"the result has more rows"`
	NextCursor *string        `json:"next_cursor" jsonschema:"pass it as cursor, with the same sql, for the rows that follow; null where there are none, or none can be had"`
	CellsCut   int            `json:"cells_cut" jsonschema:"values here that were too long: they are the beginning of their text, and end with how long they are"`
	Reads      string         `json:"reads,omitempty" jsonschema:"what was read, with its versions"`
}

func querySQLTool() mcp.Tool {
	return newTool("query_sql", "Ask with SQL",
		"Runs one statement of DuckDB's SQL over the datasets and gives the first rows of its result. SELECT, VALUES, FROM, WITH, DESCRIBE, SUMMARIZE, SHOW TABLES and EXPLAIN are what there is: "+
			"no statement can write, or read a file or a setting. A dataset is a table by its name. Count and sum in SQL rather than fetching rows; "+
			"where you mean to page, ORDER BY so that no two rows are equal.",
		mcp.WithString("sql", mcp.Required(), mcp.MinLength(1), mcp.MaxLength(maxStatement),
			mcp.Description("one statement, as: SELECT state, count(*) AS n FROM placements GROUP BY ALL ORDER BY n DESC")),
		mcp.WithInteger("limit", mcp.Description("rows of a page; fewer come where they are long"), mcp.Min(1), mcp.Max(maxRows), mcp.DefaultNumber(rowsByDefault)),
		mcp.WithString("cursor", mcp.Description("next_cursor of the page before, with the same sql; the pages are of one result, over the same versions")),
		mcp.WithAny("as_of", textOrObject, mcp.Description(`reads older versions: an RFC 3339 time for all tables ("2026-11-01T00:00:00Z"), or versions by name ({"placements": 3})`)),
		mcp.WithOutputSchema[page]())
}

// textOrObject is a type that mcp-go has no word for.
func textOrObject(schema map[string]any) { schema["type"] = []string{"string", "object"} }

// querySQL runs the statement from its first row on, whatever page is asked for, and over
// the versions of the first page. What stands before the page is read past, and has to be
// what it was. That costs the more the further the page is, asks nothing of the statement,
// and never gives a row of another result. The engine keeps the results of late statements.
func (g Gateway) querySQL(ctx context.Context, args sqlArgs) (page, error) {
	from, err := openCursor(args.Cursor, args.SQL)
	if err != nil {
		return page{}, err
	}
	if args.Cursor != "" {
		args.AsOf = from.AsOf
	}
	limit := orDefault(args.Limit, rowsByDefault)
	most := min(from.Offset+int64(limit)+1, query.MaxLimit)
	body, header, err := g.query().Read(ctx, query.Request{SQL: args.SQL, Limit: &most, AsOf: args.AsOf, Format: query.JSON})
	if err != nil {
		return page{}, err
	}
	defer body.Close()
	p := newPager(from, limit)
	if err := p.read(body); err != nil {
		return page{}, err
	}
	_, _ = io.CopyN(io.Discard, body, leftover) // the connection is of use again where this is all
	reads := header.Get(query.HeaderReads)
	p.page.Reads = shortened(reads, maxAround/2)
	if !p.page.Truncated || p.next() >= query.MaxLimit {
		return p.page, nil
	}
	next := cursor{Offset: p.next(), Before: p.seen(), AsOf: args.AsOf}
	if args.Cursor == "" && reads != "" {
		// Versions with ids: what takes a name meanwhile is refused.
		if next.AsOf = json.RawMessage(header.Get(query.HeaderAsOf)); len(next.AsOf) == 0 {
			return p.page, nil
		}
	}
	p.page.NextCursor = next.text(args.SQL)
	return p.page, nil
}
