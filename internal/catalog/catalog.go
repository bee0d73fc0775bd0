// Package catalog is the contract of catalogd: datasets and views, their schemas
// and their versions, and a client.
//
// What catalogd promises:
//
//   - A registration is answered when its version is durable and readable by
//     everyone who asks from then on. It is there wholly or not at all, whatever
//     is killed at whatever moment; a retry of one whose answer was lost is
//     recognised by its content or its Idempotency-Key and changes nothing
//     (with mode create, by its key alone).
//   - Versions of a dataset count 1, 2, 3, ... and never change. Appends that
//     wait together may share one.
//   - A dataset's data files carry Iceberg field ids, are immutable, and lie
//     under the dataset's own folder. Objects registered from elsewhere are
//     copied.
//   - A registration whose columns do not fit is refused with the difference
//     ([ErrSchemaDrift]); nothing is coerced.
//   - Everything is rebuilt from storage alone.
package catalog

import (
	"encoding/json"
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of the catalog API.
var (
	ErrBadName           = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_name", Title: "Bad name"}
	ErrDatasetNotFound   = &wire.Kind{Status: http.StatusNotFound, Code: "dataset_not_found", Title: "No such dataset"}
	ErrVersionNotFound   = &wire.Kind{Status: http.StatusNotFound, Code: "version_not_found", Title: "No such version"}
	ErrDatasetExists     = &wire.Kind{Status: http.StatusConflict, Code: "dataset_exists", Title: "Dataset exists"}
	ErrSchemaDrift       = &wire.Kind{Status: http.StatusConflict, Code: "schema_drift", Title: "Schema drift"}
	ErrDatasetChanged    = &wire.Kind{Status: http.StatusConflict, Code: "dataset_changed", Title: "Dataset changed meanwhile"}
	ErrIdempotencyReused = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "idempotency_key_reused", Title: "Idempotency key reused"}
	ErrBadObject         = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "bad_object", Title: "Object cannot be registered"}
	ErrBadSchema         = &wire.Kind{Status: http.StatusUnprocessableEntity, Code: "bad_schema", Title: "Schema cannot be registered"}
	ErrReceiptNotFound   = &wire.Kind{Status: http.StatusNotFound, Code: "receipt_not_found", Title: "No such receipt"}
)

// Column is one column of a dataset. Type is Iceberg's: boolean, int, long,
// float, double, decimal(p,s), date, time, timestamp, timestamptz, string,
// binary, list<T>, struct<name:T,...>, map<K,V>; without a space, and without
// the field ids that are inside. Every column that catalogd makes is nullable,
// so that a later file without a value in it fits.
type Column struct {
	FieldID  int    `json:"field_id"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Nullable bool   `json:"nullable"`
	// Unvalued marks a string column in which no version so far holds a value:
	// it adopts the first real type that a later file brings.
	Unvalued bool `json:"unvalued,omitempty"`
	// Description is what people say the column is. A registration does not set it:
	// a column of the same name keeps the one that it has.
	Description string `json:"description,omitempty"`
}

// DataObject is one Parquet file of a version.
type DataObject struct {
	Key  string `json:"key"`
	Size int64  `json:"size"` // bytes
	Rows int64  `json:"rows"`
}

// Manifest is one version of a dataset: its schema and its files.
type Manifest struct {
	Name         string       `json:"name"`
	Namespace    string       `json:"namespace"`
	DatasetID    string       `json:"dataset_id"`
	Fingerprint  string       `json:"fingerprint"`
	Version      int64        `json:"version"`
	SnapshotID   int64        `json:"snapshot_id"`
	Rows         int64        `json:"rows"`
	Bytes        int64        `json:"bytes"`
	Columns      []Column     `json:"columns"`
	LastColumnID int          `json:"last_column_id"` // the highest field id ever given
	Objects      []DataObject `json:"objects"`
	CreatedAt    time.Time    `json:"created_at"` // of the dataset
	UpdatedAt    time.Time    `json:"updated_at"` // of this version
	MetadataKey  string       `json:"metadata_key"`
	Description  string       `json:"description,omitempty"`
}

// Dataset is the row of a dataset in a listing: its current version.
type Dataset struct {
	Name        string    `json:"name"`
	Namespace   string    `json:"namespace"`
	DatasetID   string    `json:"dataset_id"`
	Version     int64     `json:"version"`
	Rows        int64     `json:"rows"`
	Bytes       int64     `json:"bytes"`
	Files       int64     `json:"files"`
	Fingerprint string    `json:"fingerprint"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	Description string    `json:"description,omitempty"`
}

// List is one page of datasets, by namespace and name.
type List struct {
	Datasets   []Dataset `json:"datasets"`
	NextCursor *string   `json:"next_cursor"`
}

// Version is one row of a dataset's history.
type Version struct {
	Version    int64     `json:"version"`
	SnapshotID int64     `json:"snapshot_id"`
	Operation  string    `json:"operation"` // Iceberg's: append, overwrite, replace (the same rows in other files)
	Rows       int64     `json:"rows"`
	AddedRows  int64     `json:"added_rows"`
	CreatedAt  time.Time `json:"created_at"`
	Tags       []string  `json:"tags"`
}

// Versions is the history that is kept, newest first.
type Versions struct {
	Versions   []Version `json:"versions"`
	NextCursor *string   `json:"next_cursor"`
}

// Mode says what a registration does with what is there.
type Mode string

// The modes.
const (
	Replace Mode = "replace" // the new version's content is these objects
	Append  Mode = "append"  // the objects are added
	Create  Mode = "create"  // like replace, but the name must be free
	Rewrite Mode = "rewrite" // the objects come in for those in Removes; the rest stays
)

// SchemaMode says what happens when the columns differ.
type SchemaMode string

// The schema modes.
const (
	Strict        SchemaMode = "strict"  // ErrSchemaDrift
	ReplaceSchema SchemaMode = "replace" // with Replace: the objects' own schema
	EvolveSchema  SchemaMode = "evolve"  // the dataset's with the objects' new and wider columns, see [Evolve]
)

// ObjectRef names a Parquet object in storage.
type ObjectRef struct {
	Key string `json:"key"`
}

// Registration asks for a new version.
type Registration struct {
	Name    string      `json:"name"` // "placements" or "hr.placements"
	Objects []ObjectRef `json:"objects"`
	Mode    Mode        `json:"mode,omitempty"`   // "": Replace
	Schema  SchemaMode  `json:"schema,omitempty"` // "": Strict
	// Columns is the schema; it may be left out where there are objects, whose
	// footers then speak. Field ids are as Assign gives them. Unvalued is not
	// read: the objects' statistics tell it. In JSON nullable may be left out;
	// false is refused, since every column is nullable.
	Columns []Column `json:"columns,omitempty"`
	// DatasetID is the folder that the objects were written under in advance.
	// If the name meanwhile belongs to another id, the answer is
	// ErrDatasetChanged and the writer begins again with what is there now.
	DatasetID string `json:"dataset_id,omitempty"`
	// ContentHash identifies what was loaded ("sha256:..."); the same content
	// again is no new version. "": the hash of the objects' keys and ETags.
	ContentHash    string `json:"content_hash,omitempty"`
	AllowDuplicate bool   `json:"allow_duplicate,omitempty"`
	// Removes are the objects that leave the version, with Rewrite. One that the
	// current version does not hold is [ErrDatasetChanged]. Without a ContentHash the
	// objects have to hold as many rows as those removed: the same, in other files.
	Removes []ObjectRef `json:"removes,omitempty"`
	// BaseVersion is, with Rewrite, the version that the current one has to be,
	// else [ErrDatasetChanged]; 0: the name has to be free.
	BaseVersion *int64 `json:"base_version,omitempty"`
	// Variant says, with Rewrite, how the content came in: for an upsert its key.
	// A retry has the same.
	Variant string `json:"variant,omitempty"`
	// Note is kept with the receipt, for the writer's own answer to a retry; at
	// most 1 MiB.
	Note json.RawMessage `json:"note,omitempty"`
}

// Registered is the answer to a registration: the version that now holds it. For
// an Idempotency-Key of the last 24 hours it is the first answer to that key
// again, with Unchanged, also if the current version no longer holds the content.
type Registered struct {
	Dataset     string          `json:"dataset"`
	Namespace   string          `json:"namespace"`
	DatasetID   string          `json:"dataset_id"`
	Version     int64           `json:"version"`
	SnapshotID  int64           `json:"snapshot_id"`
	Fingerprint string          `json:"fingerprint"`
	Rows        int64           `json:"rows"`       // of the version
	AddedRows   int64           `json:"added_rows"` // of this registration
	Bytes       int64           `json:"bytes"`      // of the version
	Columns     []Column        `json:"columns"`
	Unchanged   bool            `json:"unchanged"`
	Note        json.RawMessage `json:"note,omitempty"` // of the registration that first brought it
}

// Change is one difference between a dataset's schema and what came.
type Change struct {
	Column  string  `json:"column"`
	Change  string  `json:"change"` // added, removed, retyped
	From    *string `json:"from"`
	To      *string `json:"to"`
	Example *string `json:"example,omitempty"`
	Line    int64   `json:"line,omitempty"`
}
