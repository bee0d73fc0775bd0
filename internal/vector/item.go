package vector

import (
	"encoding/json"
	"time"
)

// Item is what an index holds.
type Item struct {
	ID       string          `json:"id"`
	Vector   Vector          `json:"vector,omitempty"`
	Text     string          `json:"text,omitempty"`     // kept in the metadata's field "text"
	Metadata json.RawMessage `json:"metadata,omitempty"` // an object
}

// Add is a batch that is put in, whole or not at all.
type Add struct {
	Items []Item `json:"items"`
}

// Added answers it.
type Added struct {
	Added   int `json:"added"`
	Updated int `json:"updated"`
	Count   int `json:"count"`
}

// Select says which items are meant: those with these ids, or all that match.
type Select struct {
	IDs    []string `json:"ids,omitempty"`
	Filter Filter   `json:"filter,omitempty"`
}

// Deleted answers a deletion.
type Deleted struct {
	Deleted int `json:"deleted"`
	Count   int `json:"count"`
}

// Erase is a deletion after which no object of the index holds the items any more. The
// snapshots of the index may hold them: they go too, and each has to be named, so that
// nobody loses one unawares.
type Erase struct {
	Select
	Snapshots []string `json:"snapshots,omitempty"`
}

// Erased answers it.
type Erased struct {
	Erased      int      `json:"erased"`
	LogObjects  int      `json:"log_objects_removed"`
	Generations int      `json:"generations_removed"`
	Bytes       int64    `json:"bytes_removed"` // of these objects; what is left of the index was written anew
	Snapshots   []string `json:"snapshots_removed"`
}

// Update changes metadata: fields are set, those that are null or in Remove go.
type Update struct {
	Select
	Set    map[string]json.RawMessage `json:"set,omitempty"`
	Remove []string                   `json:"remove,omitempty"`
}

// Updated answers it.
type Updated struct {
	Updated int `json:"updated"`
}

// Page is items in order of their ids.
type Page struct {
	Items      []Item  `json:"items"`
	NextCursor *string `json:"next_cursor"`
}

// Count asks how many items match.
type Count struct {
	Filter Filter `json:"filter,omitempty"`
}

// Counted answers it.
type Counted struct {
	Count int `json:"count"`
}

// NewSnapshot asks for one; without a name it is named after the time.
type NewSnapshot struct {
	Name string `json:"name,omitempty"`
}

// Snapshot is an index as it was at a moment, kept until it is removed, also when the
// index is dropped.
type Snapshot struct {
	Name      string    `json:"name"`
	Index     string    `json:"index"`
	Count     int       `json:"count"`
	Bytes     int64     `json:"bytes"`
	CreatedAt time.Time `json:"created_at"`
}

// Snapshots are all of an index, the oldest first.
type Snapshots struct {
	Snapshots []Snapshot `json:"snapshots"`
}

// Restore asks for an index as a snapshot has it: in place of what is there, whose changes
// since are gone then, or as another index.
type Restore struct {
	Snapshot string `json:"snapshot"`
	As       string `json:"as,omitempty"`
}
