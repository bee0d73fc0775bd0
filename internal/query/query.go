// Package query is the contract of queryd: one SELECT over the catalog, and a
// client.
//
// What queryd promises:
//
//   - A statement reads; nothing that it says can write, or see a file, a
//     setting or a socket that is not a dataset's.
//   - Each table, view or dataset, is the version that was current when the statement
//     began, or the one that as_of names, to the statement's end.
//   - Values come back exact: integers with all their digits, decimals, times
//     and huge integers as text.
//   - A result that was cut says so. A result that failed midway ends in an
//     aborted connection, never in a well-formed half.
//   - A statement ends at its deadline, at its memory bound, when it is
//     cancelled, or when its client leaves or stops to read, and costs nobody
//     else anything.
package query

import (
	"encoding/json"
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of the SQL API.
var (
	ErrInvalid       = &wire.Kind{Status: http.StatusBadRequest, Code: "sql_invalid", Title: "Invalid SQL"}
	ErrNotAllowed    = &wire.Kind{Status: http.StatusBadRequest, Code: "sql_not_allowed", Title: "Statement not allowed"}
	ErrTableNotFound = &wire.Kind{Status: http.StatusNotFound, Code: "table_not_found", Title: "No such table"}
	ErrTimeout       = &wire.Kind{Status: http.StatusGatewayTimeout, Code: "query_timeout", Title: "Query timed out"}
	ErrMemory        = &wire.Kind{Status: http.StatusInsufficientStorage, Code: "query_memory", Title: "Query needs too much memory"}
	ErrTooMany       = &wire.Kind{Status: http.StatusTooManyRequests, Code: "too_many_queries", Title: "Too many queries"}
	ErrCancelled     = &wire.Kind{Status: http.StatusConflict, Code: "query_cancelled", Title: "Query cancelled"}
	ErrNotFound      = &wire.Kind{Status: http.StatusNotFound, Code: "query_not_found", Title: "No such query"}
	ErrCacheFull     = &wire.Kind{Status: http.StatusInsufficientStorage, Code: "query_cache_full", Title: "Query cache too small"}
	ErrViewBroken    = &wire.Kind{Status: http.StatusConflict, Code: "view_broken", Title: "View does not fit what it reads"}
	ErrViewCycle     = &wire.Kind{Status: http.StatusConflict, Code: "view_cycle", Title: "View reads itself"}
	ErrViewLimit     = &wire.Kind{Status: http.StatusConflict, Code: "view_limit", Title: "Too many views"}
	ErrSourceChanged = &wire.Kind{Status: http.StatusConflict, Code: "source_changed", Title: "Name means another source now"}
	ErrDamaged       = &wire.Kind{Status: http.StatusInternalServerError, Code: "data_damaged", Title: "Data file damaged"}
	ErrWorkerLost    = &wire.Kind{Status: http.StatusInternalServerError, Code: "query_worker_lost", Title: "Query worker lost"}
)

// Format is how a result is written.
type Format string

// The formats and their media types.
const (
	JSON   Format = "json"   // application/json
	NDJSON Format = "ndjson" // application/x-ndjson
	CSV    Format = "csv"    // text/csv
	Arrow  Format = "arrow"  // application/vnd.apache.arrow.stream
	// Parquet is application/vnd.apache.parquet. HUGEINT is a decimal of 38 digits
	// there; what Parquet has no exact form of is a string.
	Parquet Format = "parquet"
)

// Bounds of a JSON answer, in rows.
const (
	DefaultLimit = 10_000
	MaxLimit     = 1_000_000
)

// Request is one statement. Params are JSON scalars for ?, in order; integers
// keep all their digits.
type Request struct {
	SQL       string            `json:"sql"`
	Params    []json.RawMessage `json:"params,omitempty"`
	Limit     *int64            `json:"limit,omitempty"`
	TimeoutMS *int64            `json:"timeout_ms,omitempty"`
	Format    Format            `json:"format,omitempty"`
	// AsOf is an [AsOf] in JSON: a time for every table, or versions by name.
	AsOf json.RawMessage `json:"as_of,omitempty"`
	// NoCache asks for an answer that is made anew, by the header Cache-Control.
	NoCache bool `json:"-"`
}

// Column is one column of a result; Type is DuckDB's name.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Answer is a result as JSON.
type Answer struct {
	QueryID   string              `json:"query_id"`
	Columns   []Column            `json:"columns"`
	Rows      [][]json.RawMessage `json:"rows"`
	RowCount  int64               `json:"row_count"`
	Truncated bool                `json:"truncated"`
	ElapsedMS int64               `json:"elapsed_ms"`
}

// The states of a statement in a listing.
const (
	Queued = "queued"  // waits for its turn
	Active = "running" // has had its turn; its client may not have all of the answer yet
)

// Running is one statement that runs now, or waits for its turn.
type Running struct {
	QueryID   string    `json:"query_id"`
	SQL       string    `json:"sql"`   // the first 1,000 characters
	State     string    `json:"state"` // Queued or Active
	StartedAt time.Time `json:"started_at"`
	ElapsedMS int64     `json:"elapsed_ms"`
	Position  int       `json:"position,omitempty"` // of one that waits: how many turns it is away from its own
	// Progress is from 0 to 1, as DuckDB estimates; null where it does not know.
	Progress   *float64 `json:"progress"`
	RowsRead   int64    `json:"rows_read"`   // so far, as it estimates
	SpillBytes int64    `json:"spill_bytes"` // on disk now
	Rows       int64    `json:"rows"`        // written so far; 0 in format arrow, whose bytes pass unread
}

// Queries is the answer to GET /sql/queries.
type Queries struct {
	Queries []Running `json:"queries"`
}
