package duck

import (
	"encoding/json"
	"path/filepath"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
)

// setup tells a new worker what it is for. It holds nothing from outside.
type setup struct {
	Parent    int      `json:"parent"` // the pid that must be the parent still
	Limits    Limits   `json:"limits"`
	PlanBytes int64    `json:"plan_bytes"` // of a job; 0: by the limits
	ReadDirs  []string `json:"read_dirs"`
	ReadFiles []string `json:"read_files"`
	WriteDir  string   `json:"write_dir"` // "" for query workers
	SpillDir  string   `json:"spill_dir"`
	S3        *S3      `json:"s3"` // nil: nothing is read from there
}

// noRows is a Parquet file of the worker's own, which has none: see selectSQL.
func (s setup) noRows() string { return filepath.Join(s.SpillDir, noRowsName) }

const noRowsName = "none.parquet"

type parseRequest struct {
	SQL       string `json:"sql"`
	Predicate string `json:"predicate,omitempty"` // the table, where the statement is made of one
	View      bool   `json:"view,omitempty"`      // it is to be a view of the statement that was parsed last
}

// runRequest runs the statement that was parsed last.
type runRequest struct {
	Views   []View            `json:"views"`
	Params  []json.RawMessage `json:"params"`
	Limit   int64             `json:"limit"`
	Form    Form              `json:"form"`
	Catalog []string          `json:"catalog"`
}

type jobRequest struct {
	SQL []string `json:"sql"`
	CSV *CSV     `json:"csv,omitempty"`
}

type runEnd struct {
	Truncated bool                `json:"truncated"`
	Rows      [][]json.RawMessage `json:"rows,omitempty"` // of a job only
}

// workerFailure is an error on its way to the parent, which knows the limits
// and words the rest.
type workerFailure struct {
	Kind     failureKind `json:"kind"`
	Message  string      `json:"message"`
	Position int         `json:"position"`
	View     string      `json:"view,omitempty"` // whose statement is at fault
	binding  bool        // it came before the run
}

type failureKind string

const (
	failInvalid     failureKind = "invalid"
	failNotAllowed  failureKind = "not_allowed"
	failMemory      failureKind = "memory"
	failSpill       failureKind = "spill"
	failInterrupted failureKind = "interrupted"
	failView        failureKind = "view"
	failDamaged     failureKind = "damaged"
	failUnreachable failureKind = "unreachable"
	failKeyRefused  failureKind = "key_refused"
	failInternal    failureKind = "internal"
)

func (f *workerFailure) Error() string { return f.Message }

// Statement is a parsed statement that the guard let pass. Its Kind is one of
// the guard's constants.
type Statement = guard.Statement

// Condition is a predicate that the guard let pass.
type Condition = guard.Condition

// Sought tells of a record which texts it holds.
type Sought = guard.Sought

// Table is a table that a statement names.
type Table = guard.Table
