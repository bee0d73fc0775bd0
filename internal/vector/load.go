package vector

import (
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of loads.
var (
	ErrLoadRunning  = &wire.Kind{Status: 409, Code: "load_running", Title: "A load runs"}
	ErrLoadNotFound = &wire.Kind{Status: 404, Code: "load_not_found", Title: "No load"}
	ErrLoadColumns  = &wire.Kind{Status: 400, Code: "load_columns", Title: "Columns do not fit"}
	ErrLoadEmpty    = &wire.Kind{Status: 409, Code: "load_empty", Title: "The statement gave no rows"}
)

// NewLoad asks for the rows of a SELECT as items: the id and the vector are columns, every
// other column is a field of the metadata.
type NewLoad struct {
	SQL          string `json:"sql"`
	IDColumn     string `json:"id_column,omitempty"`     // text or whole numbers; default "id"
	VectorColumn string `json:"vector_column,omitempty"` // a list of numbers; default "vector"
	// DeleteMissing takes items out whose ids are in no row, whoever put them in. Where
	// there are no rows at all that would be every item, and is [ErrLoadEmpty].
	DeleteMissing bool `json:"delete_missing,omitempty"`
	// AllowEmpty lets DeleteMissing empty the index where the statement gives no rows.
	AllowEmpty bool `json:"allow_empty,omitempty"`
	// Force looks at every row also where nothing has changed since the last load.
	Force bool `json:"force,omitempty"`
}

// The states of a load.
const (
	LoadRunning   = "running" // goes on after a restart of the daemon
	LoadSucceeded = "succeeded"
	LoadFailed    = "failed"    // what was added stays; load again once what is wrong is mended
	LoadCancelled = "cancelled" // what was added stays
)

// Load tells of the last load of an index.
type Load struct {
	NewLoad
	State string `json:"state"`
	// Reads names the views and datasets that the statement reads, each with its version,
	// as in "hr.paid@2, rates@5"; a load that goes on after a restart reads the same.
	Reads      string        `json:"reads"`
	Rows       int64         `json:"rows"` // so far
	Added      int64         `json:"added"`
	Updated    int64         `json:"updated"`
	Unchanged  int64         `json:"unchanged"`  // rows that the index held already
	Duplicates int64         `json:"duplicates"` // rows whose id a later row of the load has too, which counts
	Deleted    int64         `json:"deleted"`
	Skipped    bool          `json:"skipped"` // nothing has changed since the last load, so nothing was to be done
	StartedAt  time.Time     `json:"started_at"`
	EndedAt    *time.Time    `json:"ended_at,omitempty"`
	Problem    *wire.Problem `json:"problem,omitempty"`
}
