package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of views. A name has a dataset or a view, never both.
var (
	ErrViewNotFound = &wire.Kind{Status: http.StatusNotFound, Code: "view_not_found", Title: "No such view"}
	ErrViewExists   = &wire.Kind{Status: http.StatusConflict, Code: "view_exists", Title: "View exists"}
	ErrViewChanged  = &wire.Kind{Status: http.StatusConflict, Code: "view_changed", Title: "View changed meanwhile"}
	// ErrIsView is what a request for a dataset is told where the name has a view.
	ErrIsView = &wire.Kind{Status: http.StatusNotFound, Code: "is_view", Title: "Not a dataset but a view"}
)

// MaxViewSQL bounds the statement of a view, in bytes: every catalogd keeps the
// current ones in memory.
const MaxViewSQL = 64 << 10

// Source is a table that a view reads, by its name as users write it.
type Source struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // what the name had at the view's registration: SourceDataset or SourceView
}

// The kinds of sources.
const (
	SourceDataset = "dataset"
	SourceView    = "view"
)

// View is one version of a view: a SELECT under a name, which statements read as they
// read a dataset. Its columns are those that the statement had at its registration,
// in Iceberg's types; what Iceberg has no exact type for is a string, and a huge
// integer decimal(38,0).
type View struct {
	Name        string    `json:"name"`
	Namespace   string    `json:"namespace"`
	ViewID      string    `json:"view_id"`
	Version     int64     `json:"version"`
	SQL         string    `json:"sql"`
	Columns     []Column  `json:"columns"`
	Reads       []Source  `json:"reads"` // itself, not through the views among them
	Description string    `json:"description,omitempty"`
	CreatedAt   time.Time `json:"created_at"` // of the view
	UpdatedAt   time.Time `json:"updated_at"` // of this version
	MetadataKey string    `json:"metadata_key"`
}

// Relation is what a name has: a version of a dataset, or of a view.
type Relation struct {
	Dataset *Manifest `json:"dataset"`
	View    *View     `json:"view"`
}

// NewView asks for a view, or for a new version of one.
type NewView struct {
	Name string `json:"name"`
	SQL  string `json:"sql"`            // one SELECT, without parameters
	Mode Mode   `json:"mode,omitempty"` // Create (""): the name has to be free; Replace: a new version of a view that is there
	// Description says what the view is. Left out, one that is there stays.
	Description *string `json:"description,omitempty"`
	// BaseVersion is, with Replace, the version that the current one has to be, else
	// [ErrViewChanged]; 0: the name has to be free.
	BaseVersion *int64 `json:"base_version,omitempty"`
}

// CheckSQL refuses a statement that no view can have, for its length, with
// [wire.ErrBadRequest].
func (v NewView) CheckSQL() error {
	if strings.TrimSpace(v.SQL) != "" && len(v.SQL) <= MaxViewSQL {
		return nil
	}
	return wire.ErrBadRequest.Errorf("sql has %d bytes; a view's statement has 1 to %d", len(v.SQL), MaxViewSQL).With("limit", MaxViewSQL)
}

// Digest tells what is asked for from all else ("sha256:..."): an Idempotency-Key stands
// for it. The name and the mode count as they are meant, not as they are written.
func (v NewView) Digest() (string, error) {
	n, err := ParseName(v.Name)
	if err != nil {
		return "", err
	}
	v.Name = n.String()
	if v.Mode == "" {
		v.Mode = Create
	}
	text, err := json.Marshal(v)
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), err
}

// ViewRegistration is a NewView that queryd has bound: what catalogd is asked to keep.
type ViewRegistration struct {
	NewView
	Columns []Column `json:"columns"` // without field ids
	Reads   []Source `json:"reads,omitempty"`
}

// RegisteredView is the answer to a registration: the version that has the statement.
// Unchanged says that the current one had it already.
type RegisteredView struct {
	View
	Unchanged bool `json:"unchanged"`
}

// ListedView is the row of a view in a listing: its current version.
type ListedView struct {
	Name        string    `json:"name"`
	Namespace   string    `json:"namespace"`
	ViewID      string    `json:"view_id"`
	Version     int64     `json:"version"`
	Reads       []Source  `json:"reads"`
	Description string    `json:"description,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Views is one page of views, by namespace and name.
type Views struct {
	Views      []ListedView `json:"views"`
	NextCursor *string      `json:"next_cursor"`
}

// ViewVersion is one row of a view's history.
type ViewVersion struct {
	Version   int64     `json:"version"`
	SQL       string    `json:"sql"`
	CreatedAt time.Time `json:"created_at"`
}

// ViewVersions is the history that is kept, newest first.
type ViewVersions struct {
	Versions   []ViewVersion `json:"versions"`
	NextCursor *string       `json:"next_cursor"`
}

// ViewDescription says what a view is; an empty text takes that away.
type ViewDescription struct {
	Description string `json:"description"`
}

// DroppedView is a view that was dropped. Until RestorableUntil it can be restored.
type DroppedView struct {
	Name            string    `json:"name"`
	Namespace       string    `json:"namespace"`
	ViewID          string    `json:"view_id"`
	Version         int64     `json:"version"` // the current one when it was dropped
	DroppedAt       time.Time `json:"dropped_at"`
	RestorableUntil time.Time `json:"restorable_until"`
}

// DroppedViews is one page of dropped views, as a [DroppedList] is of datasets.
type DroppedViews struct {
	Views      []DroppedView `json:"views"`
	NextCursor *string       `json:"next_cursor"`
}
