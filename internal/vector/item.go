package vector

import (
	"encoding/json"
	"time"
)

// Item is what an index holds.
type Item struct {
	ID       string          `json:"id" minLength:"1" maxLength:"1024" example:"A-0107"`          // 1 to 1,024 bytes of UTF-8
	Vector   Vector          `json:"vector,omitempty" example:"[0.9,0.1,0.2]"`                    // of the index's dimension, all numbers finite; under cosine it is kept at length 1; of an add, left out where it is to be made of the text
	Text     *string         `json:"text,omitempty" example:"forklift operator, nights"`          // of an add: kept in the metadata's field "text", where it is given back, and taken from where there is no vector either; without a vector, in an index with a model, that is made of it
	Metadata json.RawMessage `json:"metadata,omitempty" example:"{\"state\":\"MA\",\"years\":4}"` // an object of up to 64 KiB
}

// Add is a batch that is put in, whole or not at all.
type Add struct {
	Items []Item `json:"items" minItems:"1" maxItems:"10000"` // of those with one id the last counts
}

// Added answers it.
type Added struct {
	Added     int `json:"added"`               // with a new id
	Updated   int `json:"updated"`             // in place of others
	Count     int `json:"count"`               // items that the index holds now
	Truncated int `json:"truncated,omitempty"` // texts that are longer than the model reads, whose vectors are of their beginnings
}

// Select says which items are meant: those with these ids, or all that match.
type Select struct {
	IDs    []string `json:"ids,omitempty" maxItems:"10000" example:"[\"A-0107\"]"` // these; one that is not there is no error
	Filter Filter   `json:"filter,omitempty" example:"{\"state\":\"MA\"}"`         // or all that match, as in a search; a filter that means every item, whatever they have, is refused
}

// Deleted answers a deletion.
type Deleted struct {
	Deleted int `json:"deleted"` // items that there were
	Count   int `json:"count"`   // items that the index holds now
}

// Erase is a deletion after which no object of the index holds the items any more. The
// snapshots of the index may hold them: they go too, and each has to be named, so that
// nobody loses one unawares.
type Erase struct {
	Select
	Snapshots []string `json:"snapshots,omitempty" example:"[\"monday\"]"` // of the index, all of them
}

// Erased answers it.
type Erased struct {
	Erased      int      `json:"erased"`              // items that there were
	LogObjects  int      `json:"log_objects_removed"` // which held changes, also of other items
	Generations int      `json:"generations_removed"` // which held the whole index
	Bytes       int64    `json:"bytes_removed"`       // of these objects; what is left of the index was written anew
	Snapshots   []string `json:"snapshots_removed"`   // by name
}

// Update changes metadata: fields are set, those that are null or in remove go.
type Update struct {
	Select
	Set    map[string]json.RawMessage `json:"set,omitempty" example:"{\"state\":\"TX\"}"` // fields and their new values
	Remove []string                   `json:"remove,omitempty" example:"[\"years\"]"`     // fields
}

// Updated answers it.
type Updated struct {
	Updated int `json:"updated"` // items that there were
}

// Page is items in order of their ids.
type Page struct {
	Items      []Item  `json:"items"`       // in order of their ids
	NextCursor *string `json:"next_cursor"` // for the next page; null on the last
}

// Count asks how many items match.
type Count struct {
	Filter Filter `json:"filter,omitempty" example:"{\"state\":\"TX\"}"` // as in a search; default all
}

// Counted answers it.
type Counted struct {
	Count int `json:"count"` // items that match
}

// NewSnapshot asks for one; without a name it is named after the time.
type NewSnapshot struct {
	Name string `json:"name,omitempty" pattern:"^[a-z0-9_][a-z0-9_.-]{0,127}$" example:"monday"` // default the time
}

// Snapshot is an index as it was at a moment, kept until it is removed, also when the
// index is dropped.
type Snapshot struct {
	Name      string    `json:"name" example:"monday"`   // among those of the index
	Index     string    `json:"index" example:"resumes"` // whose it is, by name
	Count     int       `json:"count"`                   // items; 0 where damage keeps it from being known
	Bytes     int64     `json:"bytes"`                   // in storage; 0 where damage keeps it from being known
	CreatedAt time.Time `json:"created_at"`              // the moment that it is of
	Damage    string    `json:"damage,omitempty"`        // why it cannot be restored, as far as is known without reading it whole; it can be removed
}

// Snapshots are all of an index, the oldest first.
type Snapshots struct {
	Snapshots []Snapshot `json:"snapshots"` // the oldest first
}

// Restore asks for an index as a snapshot has it: in place of what is there, whose changes
// since are gone then, or as another index.
type Restore struct {
	Snapshot string `json:"snapshot" example:"monday"`             // its name
	As       string `json:"as,omitempty" example:"resumes-monday"` // the name of the index that is made; default that of the snapshot's index
}
