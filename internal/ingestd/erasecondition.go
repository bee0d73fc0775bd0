package ingestd

import (
	"context"
	"errors"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// condition is what rows are told by: SQL over a dataset's columns, and files that
// it reads beside the rows' own.
type condition struct {
	sql     string
	columns []string // that it names
	read    []string
	alias   string // what the table is called in it
}

// of is the condition as a boolean that is never NULL.
func (c condition) of() string {
	return "coalesce(CAST((" + c.sql + "\n) AS BOOLEAN), false)"
}

// same tells whether rows are told by just what another condition tells them by. Files
// are the same where they have the same paths.
func (c condition) same(o condition) bool {
	return c.sql == o.sql && c.alias == o.alias && slices.Equal(c.columns, o.columns) && slices.Equal(c.read, o.read)
}

// fits tells whether columns have all that the condition names.
func (c condition) fits(columns []catalog.Column) bool {
	return !slices.ContainsFunc(c.columns, func(name string) bool {
		return !slices.ContainsFunc(columns, func(own catalog.Column) bool { return strings.EqualFold(own.Name, name) })
	})
}

// condition checks the request's condition against the dataset's columns.
func (e *erasure) condition(ctx context.Context, columns []catalog.Column) (on condition, err error) {
	if strings.TrimSpace(e.req.Where) == "" {
		return on, ingest.ErrBadCondition.Errorf("where is empty: write which rows are to go, as after WHERE")
	}
	if e.sought, err = e.pool.Predicate(ctx, e.name.Name, e.req.Where); err != nil {
		return on, conditionProblem(err)
	}
	on = condition{sql: e.req.Where, alias: e.name.Name}
	for _, c := range columns {
		if slices.ContainsFunc(e.sought.Columns, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			on.columns = append(on.columns, c.Name)
		}
	}
	if len(on.columns) == 0 {
		return on, ingest.ErrBadCondition.Errorf("where names no column of %s; it has %s", e.name, names(columns))
	}
	return on, nil
}

// conditionProblem words what DuckDB has against the condition, or what became of the
// worker that looked at it. DuckDB's own words may repeat what stands there, so they
// are no part of the log.
func conditionProblem(err error) error {
	var fault *duck.Error
	switch {
	case !errors.As(err, &fault):
		return err
	case errors.Is(err, duck.ErrInvalid), errors.Is(err, duck.ErrNotAllowed):
		return ingest.ErrBadCondition.Errorf("where is no condition on a row of the dataset; message says what is wrong with it").With("message", fault.Error())
	case errors.Is(err, duck.ErrCrashed):
		return ingest.ErrConversion.Errorf("the condition's worker died; nothing was erased by it: send the request again").Because(err)
	}
	return convertProblem(err)
}

// held is the condition for rows of the quarantine: their text holds one of the
// values of the rows that match, or those that the condition compares with.
func (e *erasure) held() condition {
	on := condition{sql: "true", columns: []string{"raw"}, alias: "q"}
	if e.req.Quarantine == ingest.QuarantineAll {
		return on
	}
	on.sql = "false"
	if e.sought.Sought != nil {
		on.sql = inRecords(e.sought.Sought)
	}
	if len(e.rows.files) > 0 {
		on.read = e.rows.files
		on.sql += " OR EXISTS (SELECT 1 FROM read_parquet(" + literals(e.rows.files) + ") AS given WHERE CASE WHEN q.encoding = 'hex' THEN contains(q.raw, lower(hex(given.v))) " +
			"ELSE contains(lower(q.raw), lower(given.v)) OR contains(lower(q.raw), lower(replace(given.v, '\"', '\"\"'))) END OR contains(lower(q.reason), lower(given.v)))"
	}
	return on
}
