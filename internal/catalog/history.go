package catalog

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of tags.
var (
	ErrBadTag      = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_tag", Title: "Bad tag"}
	ErrTagNotFound = &wire.Kind{Status: http.StatusNotFound, Code: "tag_not_found", Title: "No such tag"}
	ErrTagExists   = &wire.Kind{Status: http.StatusConflict, Code: "tag_exists", Title: "Tag exists"}
)

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
