package vector

import (
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of loads.
var (
	ErrLoadRunning  = &wire.Kind{Status: 409, Code: "load_running", Title: "A load runs"}
	ErrLoadNotFound = &wire.Kind{Status: 404, Code: "load_not_found", Title: "No load"}
	ErrLoadLost     = &wire.Kind{Status: 500, Code: "load_lost", Title: "What a load was is lost"}
	ErrLoadColumns  = &wire.Kind{Status: 400, Code: "load_columns", Title: "Columns do not fit"}
	ErrLoadEmpty    = &wire.Kind{Status: 409, Code: "load_empty", Title: "The statement gave no rows"}
)

// NewLoad asks for the rows of a SELECT as items: the id and the vector, or the text
// that it is made of, are columns, every other column is a field of the metadata.
type NewLoad struct {
	SQL          string `json:"sql" example:"SELECT candidate_id AS id, embedding AS vector, city FROM candidates"` // one SELECT over the catalog
	IDColumn     string `json:"id_column,omitempty" default:"id"`                                                   // text, or numbers, which are taken as they are written
	VectorColumn string `json:"vector_column,omitempty" default:"vector"`                                           // a list of numbers, or its text, as '[0.1, 0.2]'
	// of text that becomes the vector where there is none, in an index with a model; stays a field of the metadata
	TextColumn string `json:"text_column,omitempty" default:"text"`
	// takes items out whose ids are in no row, whoever put them in; where there are no rows
	// at all, which would be every item, the load fails with load_empty
	DeleteMissing bool `json:"delete_missing,omitempty" default:"false"`
	// lets delete_missing empty the index where the statement gives no rows
	AllowEmpty bool `json:"allow_empty,omitempty" default:"false"`
	// looks at every row also where nothing has changed since the last load, and makes the vectors
	// of all texts again
	Force bool `json:"force,omitempty" default:"false"`
}

// The states of a load.
const (
	LoadRunning   = "running" // goes on after a restart of the daemon
	LoadSucceeded = "succeeded"
	LoadFailed    = "failed"    // what was added stays; load again once what is wrong is mended
	LoadCancelled = "cancelled" // what was added stays
	LoadLost      = "lost"      // what is kept of it is damaged; if it ran it does not go on: load again
)

// Load tells of the last load of an index.
type Load struct {
	NewLoad
	State string `json:"state" enum:"running,succeeded,failed,cancelled,lost"` // what was added stays, however it ended
	// the views and datasets that the statement reads, each with its version; a load that
	// goes on after a restart reads the same
	Reads      string        `json:"reads" example:"hr.paid@2, rates@5"`
	Rows       int64         `json:"rows"`                // so far
	Added      int64         `json:"added"`               // rows with a new id
	Updated    int64         `json:"updated"`             // rows that took the place of an item
	Unchanged  int64         `json:"unchanged"`           // rows that the index held already
	Duplicates int64         `json:"duplicates"`          // rows whose id a later row of the load has too, which counts
	Deleted    int64         `json:"deleted"`             // items that delete_missing took out
	Truncated  int64         `json:"truncated,omitempty"` // texts that are longer than the model reads, whose vectors are of their beginnings
	Skipped    bool          `json:"skipped"`             // nothing has changed since the last load, so nothing was to be done
	StartedAt  time.Time     `json:"started_at,omitzero"` // when it was asked for; missing where that is lost
	EndedAt    *time.Time    `json:"ended_at,omitempty"`  // missing while it runs
	Problem    *wire.Problem `json:"problem,omitempty"`   // why it failed, or is lost
	Warnings   []string      `json:"warnings,omitempty"`  // columns whose numbers are text in the metadata
	Retry      *LoadRetry    `json:"retry,omitempty"`     // of one that runs, where a try failed
}

// LoadRetry tells of a load whose last try failed for what passes, such as a daemon that does
// not answer. It is tried again, after pauses that double up to a minute.
type LoadRetry struct {
	Failed  int           `json:"failed"`            // tries, since one last changed something
	Problem *wire.Problem `json:"problem"`           // of the last one
	NextAt  *time.Time    `json:"next_at,omitempty"` // when the next begins; missing while it runs
}
