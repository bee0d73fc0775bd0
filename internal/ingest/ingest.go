// Package ingest is the contract of ingestd: files in, checked versions out,
// and a client.
//
// What ingestd promises:
//
//   - Lossless: a column gets a type only if every value of the file comes back
//     the same from it. ZIP codes, phone numbers and employee numbers stay text.
//   - Nothing is lost in silence: the records are counted independently of the
//     converter and the counts compared; a row that cannot be taken refuses the
//     whole file with its line and reason, or, where asked, goes to a quarantine
//     dataset that keeps its raw text.
//   - An answer of 201 means that the version is durable and visible, one of 4xx
//     that the dataset is as it was. The same content again is recognised and is
//     200.
//   - Memory does not grow with the file.
package ingest

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of the ingest API, beside the catalog's (schema_drift, bad_name,
// dataset_exists, idempotency_key_reused).
var (
	ErrBadRows       = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "bad_rows", Title: "Rows that cannot be read"}
	ErrBadHeader     = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "bad_header", Title: "Header that cannot be used"}
	ErrEmptyFile     = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "empty_file", Title: "Empty file"}
	ErrBadKey        = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "bad_key", Title: "Key that cannot be used"}
	ErrDamaged       = &wire.Kind{Status: http.StatusInternalServerError, Code: "data_damaged", Title: "Data damaged"}
	ErrBadFile       = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "bad_file", Title: "File that cannot be read"}
	ErrBadOption     = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_option", Title: "Bad option"}
	ErrFileTooLarge  = &wire.Kind{Status: http.StatusRequestEntityTooLarge, Code: "file_too_large", Title: "File too large"}
	ErrTooManyJobs   = &wire.Kind{Status: http.StatusServiceUnavailable, Code: "too_many_ingests", Title: "Too many ingests"}
	ErrConversion    = &wire.Kind{Status: http.StatusInternalServerError, Code: "conversion_failed", Title: "Conversion failed"}
	ErrUploadTooSlow = &wire.Kind{Status: http.StatusRequestTimeout, Code: "upload_too_slow", Title: "Upload too slow"}
	ErrSourceChanged = &wire.Kind{Status: http.StatusConflict, Code: "source_changed", Title: "Source changed meanwhile"}
	ErrQueueFull     = &wire.Kind{Status: http.StatusServiceUnavailable, Code: "queue_full", Title: "Queue full"}
	ErrJobNotFound   = &wire.Kind{Status: http.StatusNotFound, Code: "job_not_found", Title: "No such job"}
	ErrJobCancelled  = &wire.Kind{Status: http.StatusConflict, Code: "job_cancelled", Title: "Job cancelled"}
	ErrCountMismatch = &wire.Kind{Status: http.StatusInternalServerError, Code: "count_mismatch", Title: "Counts disagree"}
)

// Options are the query parameters of an ingest.
type Options struct {
	Name           string   // "": from the file's name
	Mode           string   // replace (""), append, create, upsert
	Schema         string   // strict (""), evolve, replace
	OnError        OnError  // "": reject
	Delimiter      string   // "": sniffed; one of , ; | and tab
	Format         string   // csv, json, parquet; "": found out
	Quote          string   // double (""), single, none; with Delimiter
	Comment        string   // begins a line that is left out: none, hash, percent, semicolon, exclamation; with Delimiter
	Escape         string   // of a quote inside of quotes: double (""), backslash; with Delimiter
	Skip           int      // lines before the header
	Encoding       string   // of a text, such as windows-1250; "": found out where that is certain
	Types          string   // of columns, as zip:string,rate:decimal(10,2),start:date(%d/%m/%Y)
	NoHeader       bool     // header=false: columns are named column_1, column_2, ...
	AllowDuplicate bool     // append content that is there already
	Key            []string // columns of the key, with mode upsert
	// Sources are keys of objects in storage that are loaded in place of a body, as
	// one version, in this order.
	Sources []string
}

// OnError says what happens to rows that cannot be taken.
type OnError string

// The ways to treat bad rows.
const (
	OnErrorReject     OnError = "reject"     // the whole file is refused, 422
	OnErrorQuarantine OnError = "quarantine" // they go to <name>__quarantine
)

// Answer describes the version that holds the file's rows.
type Answer struct {
	Dataset     string      `json:"dataset"`
	Namespace   string      `json:"namespace"`
	DatasetID   string      `json:"dataset_id"`
	Version     int64       `json:"version"`
	Fingerprint string      `json:"fingerprint"`
	Rows        int64       `json:"rows"`     // of this file that were taken
	Rejected    int64       `json:"rejected"` // of this file that went to quarantine
	Columns     []Column    `json:"columns"`
	Quarantine  *Quarantine `json:"quarantine"`
	BytesIn     int64       `json:"bytes_in"`
	BytesStored int64       `json:"bytes_stored"`
	Unchanged   bool        `json:"unchanged"`
	// Of an upsert: rows of this file that came for one that was there, rows with a
	// key that was not, and rows that a later one of the file replaced. Rows counts
	// the first two.
	Updated    *int64 `json:"updated,omitempty"`
	Inserted   *int64 `json:"inserted,omitempty"`
	Duplicates *int64 `json:"duplicates,omitempty"`
	// Changes are what schema=evolve made of the dataset's columns.
	Changes   []Change `json:"changes,omitempty"`
	Warnings  []string `json:"warnings"`
	ElapsedMS int64    `json:"elapsed_ms"`
}

// Change is one difference between a dataset's columns before and after.
type Change struct {
	Column string  `json:"column"`
	Change string  `json:"change"` // added, retyped
	From   *string `json:"from"`
	To     *string `json:"to"`
}

// Column is one column of the version.
type Column struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Nullable bool   `json:"nullable"`
	// Format is the strptime format of a date or time column that was not
	// written as ISO 8601.
	Format string `json:"format,omitempty"`
}

// Quarantine says where the rows went that could not be taken.
type Quarantine struct {
	Dataset string `json:"dataset"`
	Rows    int64  `json:"rows"`
}

// BadRow is one entry of a bad_rows problem. Line is the physical line, counted
// from 1, where the record starts; Column is empty when the whole row is bad.
type BadRow struct {
	Line   int64  `json:"line"`
	Column string `json:"column"`
	Value  string `json:"value"`
	Reason string `json:"reason"`
}
