package jsonscan

import (
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

const (
	// MaxDepth is how deep a record may nest.
	MaxDepth = 100
	// MaxRecord bounds a record in bytes.
	MaxRecord = csvscan.DefaultMaxRecord

	maxKeys      = csvscan.DefaultMaxColumns // of a file, nested ones included
	maxValues    = 1 << 20                   // of a record
	maxName      = 1024                      // bytes of a key
	maxTypeDepth = 24
)

var (
	// ErrSyntax says that a file is no JSON from some place on.
	ErrSyntax = errors.New("the file is no JSON")
	// ErrTooManyKeys says that a file has more keys than a dataset can have columns.
	ErrTooManyKeys = errors.New("the records have more than 10000 keys, nested ones included; keep an object as text or as a map with types=COLUMN:string or types=COLUMN:map<string,TYPE>")
	// ErrNoKeys says that no record has a key, so that there is no column.
	ErrNoKeys = errors.New("no record of the file has a key, so it has no columns")
)

// Options say what a file is to become. The zero value reads a new dataset.
type Options struct {
	// Target holds the columns of the existing dataset, nil for a new one.
	Target []csvscan.Column
	// Types and Formats are as in package csvscan; nested types are allowed.
	Types, Formats map[string]string
	// Required names columns in which null, or no key at all, makes a bad row.
	Required []string
}

// Result is what one reading of a file found out about it.
type Result struct {
	Columns  []csvscan.ColumnResult // in the order of appearance
	Records  int64                  // that are well formed
	BadCount int64                  // that are not
	NotUTF8  int64                  // among BadCount, for their bytes
	Misfits  int64                  // values that do not fit, in columns that did not drift
	Missing  int64                  // values that the options require
	Drift    []csvscan.Change
	Warnings []string

	columns []*column
	keys    topKeys
	layout  layout
}

// HasBadRows reports that some records cannot be taken.
func (r *Result) HasBadRows() bool { return r.BadCount > 0 || r.Misfits > 0 || r.Missing > 0 }
