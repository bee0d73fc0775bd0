package catalog

import (
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of tags.
var (
	ErrBadTag      = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_tag", Title: "Bad tag"}
	ErrTagNotFound = &wire.Kind{Status: http.StatusNotFound, Code: "tag_not_found", Title: "No such tag"}
	ErrTagExists   = &wire.Kind{Status: http.StatusConflict, Code: "tag_exists", Title: "Tag exists"}
)

// The errors of dropped datasets.
var (
	ErrDroppedNotFound  = &wire.Kind{Status: http.StatusNotFound, Code: "dropped_not_found", Title: "No such dropped dataset"}
	ErrDroppedAmbiguous = &wire.Kind{Status: http.StatusConflict, Code: "dropped_ambiguous", Title: "Several dropped datasets"}
)

// Dropped is a dataset that was dropped. Until RestorableUntil it can be restored;
// after that its files are deleted.
type Dropped struct {
	Name            string    `json:"name"`
	Namespace       string    `json:"namespace"`
	DatasetID       string    `json:"dataset_id"`
	Version         int64     `json:"version"` // the current one when it was dropped
	Rows            int64     `json:"rows"`
	Bytes           int64     `json:"bytes"` // of that version
	Files           int64     `json:"files"`
	DroppedAt       time.Time `json:"dropped_at"`
	RestorableUntil time.Time `json:"restorable_until"`
}

// DroppedList is one page of dropped datasets, by namespace and name, and those of
// one name in the order in which they were dropped.
type DroppedList struct {
	Datasets   []Dropped `json:"datasets"`
	NextCursor *string   `json:"next_cursor"`
}

// Renamed is the answer to a rename. The dataset has its id, its history and its
// tags still; Quarantine is where its bad rows are now, if it has any.
type Renamed struct {
	From       string  `json:"from"`
	To         string  `json:"to"`
	DatasetID  string  `json:"dataset_id"`
	Version    int64   `json:"version"`
	Quarantine *string `json:"quarantine"`
}

// Description says what a dataset and its columns are. What is left out stays as it
// is, and an empty text takes a description away. It is kept in Iceberg's own places,
// the table property comment and the fields' doc.
type Description struct {
	Description *string           `json:"description,omitempty"`
	Columns     map[string]string `json:"columns,omitempty"` // by name
}

// Described is the answer to a description: all that is said of the dataset now.
type Described struct {
	Dataset     string   `json:"dataset"`
	Namespace   string   `json:"namespace"`
	DatasetID   string   `json:"dataset_id"`
	Description string   `json:"description"`
	Columns     []Column `json:"columns"`
}

// RolledBack is the answer to a rollback: the version that has the content and the
// schema of an older one. Unchanged says that the current version was that already.
type RolledBack struct {
	Dataset     string   `json:"dataset"`
	Namespace   string   `json:"namespace"`
	DatasetID   string   `json:"dataset_id"`
	Version     int64    `json:"version"`
	SnapshotID  int64    `json:"snapshot_id"`
	To          int64    `json:"rolled_back_to"` // the older version
	Fingerprint string   `json:"fingerprint"`
	Rows        int64    `json:"rows"`
	Bytes       int64    `json:"bytes"`
	Columns     []Column `json:"columns"`
	Unchanged   bool     `json:"unchanged"`
}

// Tagged is a tag and the version that has it. A tagged version does not expire.
type Tagged struct {
	Dataset    string `json:"dataset"`
	Namespace  string `json:"namespace"`
	DatasetID  string `json:"dataset_id"`
	Tag        string `json:"tag"`
	Version    int64  `json:"version"`
	SnapshotID int64  `json:"snapshot_id"`
}
