// Package vector is the contract of vectord: indexes of vectors with metadata and
// text, and a client.
//
// What vectord promises:
//
//   - A change of a persisted index is answered when its log object is durable in
//     storaged, and is found by every search that begins afterwards. A batch is applied
//     whole or not at all.
//   - A search gives k items, or all that match, whatever the filter; what is not in the
//     graph yet is searched exactly.
//   - Searches do not wait for changes. While an item is replaced, a search finds the
//     old one or the new one, and never both or none.
//   - What is deleted is never found again, and its memory is given back; what is erased
//     is in no object any more when the answer comes.
//   - A damaged generation or log object is told, and never read as good.
package vector

import (
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

// The errors of the vector API.
var (
	ErrBadIndex         = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_index", Title: "Bad index"}
	ErrBadItem          = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_item", Title: "Bad item"}
	ErrBadVector        = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_vector", Title: "Bad vector"}
	ErrDimension        = &wire.Kind{Status: http.StatusBadRequest, Code: "dimension_mismatch", Title: "Wrong dimension"}
	ErrIndexFields      = &wire.Kind{Status: http.StatusBadRequest, Code: "index_fields", Title: "Too many names of fields"}
	ErrBadFilter        = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_filter", Title: "Bad filter"}
	ErrBadSearch        = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_search", Title: "Bad search"}
	ErrAnswerTooLarge   = &wire.Kind{Status: http.StatusBadRequest, Code: "answer_too_large", Title: "Answer too large"}
	ErrIndexNotFound    = &wire.Kind{Status: http.StatusNotFound, Code: "index_not_found", Title: "No such index"}
	ErrItemNotFound     = &wire.Kind{Status: http.StatusNotFound, Code: "item_not_found", Title: "No such item"}
	ErrAliasNotFound    = &wire.Kind{Status: http.StatusNotFound, Code: "alias_not_found", Title: "No such alias"}
	ErrSnapshotNotFound = &wire.Kind{Status: http.StatusNotFound, Code: "snapshot_not_found", Title: "No such snapshot"}
	ErrSnapshotExists   = &wire.Kind{Status: http.StatusConflict, Code: "snapshot_exists", Title: "Snapshot exists"}
	ErrSnapshotDamaged  = &wire.Kind{Status: http.StatusConflict, Code: "snapshot_damaged", Title: "Snapshot is damaged"}
	ErrEraseUnconfirmed = &wire.Kind{Status: http.StatusConflict, Code: "erase_unconfirmed", Title: "Erasure takes more with it"}
	ErrNotPersisted     = &wire.Kind{Status: http.StatusConflict, Code: "index_not_persisted", Title: "Index lives in memory alone"}
	ErrIndexExists      = &wire.Kind{Status: http.StatusConflict, Code: "index_exists", Title: "Index exists"}
	ErrIndexTaken       = &wire.Kind{Status: http.StatusConflict, Code: "index_taken", Title: "Another daemon writes to the index"}
	ErrIndexMemory      = &wire.Kind{Status: http.StatusInsufficientStorage, Code: "index_memory", Title: "No memory for the index"}
	ErrIndexFull        = &wire.Kind{Status: http.StatusInsufficientStorage, Code: "index_full", Title: "Index full"}
	ErrIndexLoading     = &wire.Kind{Status: http.StatusServiceUnavailable, Code: "index_loading", Title: "Index is being loaded"}
	ErrIndexFailed      = &wire.Kind{Status: http.StatusServiceUnavailable, Code: "index_failed", Title: "Index failed"}
)

// Vector is the numbers of one.
type Vector = floats.Vector

// MaxDimension bounds a vector.
const MaxDimension = 16384

// MaxLabel bounds the name of a model, and of a text field, in bytes.
const MaxLabel = 256

// Bounds of one request.
const (
	MaxItems = 10_000 // of an add, a deletion by ids, a search by many vectors
	MaxK     = 10_000
	MaxEf    = 10_000
	MaxPage  = 1_000    // items of a page
	MaxText  = 64 << 10 // bytes of a text that is searched for: no item's has more
	// MaxResults bounds k times the vectors of a search.
	MaxResults = 250_000
)

var name = regexp.MustCompile(`^[a-z0-9_][a-z0-9_.-]{0,127}$`)

// CheckName returns [ErrBadIndex] for what cannot name an index, an alias or a snapshot.
func CheckName(s string) error {
	if name.MatchString(s) {
		return nil
	}
	if len(s) > 64 {
		s = s[:64] + "..."
	}
	return ErrBadIndex.Errorf("%q is no name: use up to 128 of a-z, 0-9, '_', '-' and '.', the first no '-' or '.'", s)
}

// Metric is how near two vectors are.
type Metric string

// The metrics, with what an answer says of nearness: the score is the higher the nearer,
// the distance the lower.
const (
	Cosine Metric = "cosine" // score: the cosine; distance: 1 - cosine
	Dot    Metric = "dot"    // score: the product; distance: the negated product
	L2     Metric = "l2"     // distance: the Euclidean one; score: 1 / (1 + distance)
)

// Quantization is how vectors are compared on the way through the graph.
type Quantization string

// The quantizations.
const (
	Int8 Quantization = "int8" // codes of a byte a number; what is found is scored by float32 again
	None Quantization = "none" // float32 all the way
)

// Shape is what an index is made as, and stays. A number of 0 is as if it were left out.
type Shape struct {
	Dimension      int          `json:"dimension,omitempty" minimum:"1" maximum:"16384" example:"768"`                // numbers of each vector; may be left out where a model says it
	Metric         Metric       `json:"metric,omitempty" enum:"cosine,dot,l2" default:"cosine"`                       // how near two vectors are; under cosine they are kept at length 1
	Model          string       `json:"model,omitempty" maxLength:"256"`                                              // the name of what makes its vectors: of texts by embedd, if that has such a model (GET /embed/models), and else for whoever asks
	ModelRevision  string       `json:"model_revision,omitempty"`                                                     // that the model had when the index was made, and has to have for its texts; given to one that is made, it has to be the model's
	Quantization   Quantization `json:"quantization,omitempty" enum:"int8,none" default:"int8"`                       // how vectors are compared on the way: int8 codes, and what is found by all its digits again; none: by all digits always
	M              int          `json:"m,omitempty" minimum:"4" maximum:"64" default:"16"`                            // links of an item in the graph: more find better, take more memory and make adding slower
	EfConstruction int          `json:"ef_construction,omitempty" maximum:"16384" default:"200"`                      // candidates that are looked at when an item is put in, at least m: more find better, and make adding slower
	MaxItems       int          `json:"max_items,omitempty" minimum:"1" maximum:"1073741824" default:"1048576"`       // how many items there can be; takes address space, and memory only for those that there are
	TextFields     []string     `json:"text_fields,omitzero" default:"[\"text\"]" example:"[\"text\",\"job.title\"]"` // fields of the metadata that are searched by words, at most 64, each of up to 256 bytes; none: []
	Persist        *bool        `json:"persist,omitempty" default:"true"`                                             // false: it lives in memory alone, and is gone when the daemon ends
}

// TakesTexts tells whether vectors of texts are made for it, by the model that it names: embedd
// had that when it was made. Another's model is a name, for good.
func (s Shape) TakesTexts() bool { return s.ModelRevision != "" }

// OfTexts gives the names of the indexes that a text can be searched for in by its meaning. Where
// there is one alone, a search that names none is of that one.
func OfTexts(indexes []Index) (names []string) {
	for _, x := range indexes {
		if x.TakesTexts() {
			names = append(names, x.Name)
		}
	}
	return names
}

// NewIndex asks for an index.
type NewIndex struct {
	Name string `json:"name" pattern:"^[a-z0-9_][a-z0-9_.-]{0,127}$" example:"resumes"` // which no other index and no alias has
	Shape
	IfNotExists bool `json:"if_not_exists,omitempty" default:"false"` // 200 where an index of this name and these parameters is there already, in place of 409
}

// The states of an index.
const (
	Loading = "loading" // is read from storage; it answers index_loading
	Serving = "ready"
	Failed  = "failed" // could not be read; it answers index_failed with the reason
)

// Index describes an index.
type Index struct {
	Name string `json:"name" example:"resumes"` // what it is known by, beside its aliases
	ID   string `json:"index_id" format:"uuid"` // its own: an index that is dropped and made anew has another one
	Shape
	CreatedAt time.Time `json:"created_at"`                        // when it was made
	Aliases   []string  `json:"aliases"`                           // other names that lead to it
	State     string    `json:"state" enum:"loading,ready,failed"` // loading: it is read from storage, and answers index_loading; failed: it could not be, and answers index_failed
	Reason    string    `json:"reason,omitempty"`                  // why it failed, or what its loading waits for
	Progress  *Progress `json:"progress,omitempty"`                // of one that is being loaded
	Count     int       `json:"count"`                             // items; 0 where it is not ready
	Stats     *Stats    `json:"stats,omitempty"`                   // of one that is ready
}

// Progress tells how far the loading of an index is.
type Progress struct {
	BytesRead  int64 `json:"bytes_read"`  // so far
	BytesTotal int64 `json:"bytes_total"` // 0 until it is known
}

// Stats tells what an index holds and takes.
type Stats struct {
	Waiting   int      `json:"waiting"`           // items that are not in the graph yet, and searched exactly
	Deleted   int      `json:"deleted"`           // that the graph still holds
	Fields    int      `json:"fields"`            // of metadata
	Documents int      `json:"documents"`         // items with a text that is searched by words
	Memory    Memory   `json:"memory"`            // what it takes
	Durable   *Durable `json:"durable,omitempty"` // what of it is in storage; missing where it lives in memory alone
	Recall    *Recall  `json:"recall,omitempty"`  // where it was asked for
}

// Memory is what an index takes, in bytes.
type Memory struct {
	Vectors  int64 `json:"vectors_bytes"`  // with codes and links, and what a generation that is being written holds of them
	IDs      int64 `json:"ids_bytes"`      // with what they are looked up in
	Metadata int64 `json:"metadata_bytes"` // as JSON
	Values   int64 `json:"values_bytes"`   // what filters find items by
	Lexical  int64 `json:"lexical_bytes"`  // what words are found by
	All      int64 `json:"all_bytes"`      // what all indexes together take, those that are being loaded too
	Limit    int64 `json:"limit_bytes"`    // what all indexes together may take: [vectord] memory_bytes
}

// Taken is what the index takes, all of which counts against the limit.
func (m Memory) Taken() int64 { return m.Vectors + m.IDs + m.Metadata + m.Values + m.Lexical }

// Durable tells what of an index is in storage.
type Durable struct {
	Sequence        uint64       `json:"sequence"`                   // of the last durable batch
	LogObjects      int          `json:"log_objects"`                // that a start may have to read
	LogBytes        int64        `json:"log_bytes"`                  // of these
	Generations     []Generation `json:"generations"`                // those that are kept, the oldest first; a start reads the newest that is whole
	Damage          []Damage     `json:"damage"`                     // the last 16 that were met and are not acknowledged
	GenerationError string       `json:"generation_error,omitempty"` // why the last try to write a generation failed; it is tried again
	Refusal         string       `json:"refusal,omitempty"`          // why changes are refused
}

// Damage is an object of an index that could not be read, or is missing. The index goes on
// with what was left, and what was lost is not there any more.
type Damage struct {
	At     time.Time `json:"at"`     // when it was met first
	Object string    `json:"object"` // its key, or that of the one behind what is missing
	Detail string    `json:"detail"` // what is wrong with it, and what is lost
}

// Generation is the whole index as the background wrote it, for a start to read.
type Generation struct {
	Sequence  uint64    `json:"sequence"`   // of the last batch that surely is in it
	Bytes     int64     `json:"bytes"`      // in storage
	WrittenAt time.Time `json:"written_at"` // when it was whole
}

// Recall is a self-check: vectors of the index itself, searched by the graph and exactly.
type Recall struct {
	Sample int     `json:"sample"`                         // vectors that were searched for
	K      int     `json:"k"`                              // how many of the nearest of each
	Recall float64 `json:"recall" minimum:"0" maximum:"1"` // the part of the k nearest that the graph found
}

// Indexes is a page of indexes, in order of their names.
type Indexes struct {
	Indexes    []Index `json:"indexes"`     // in order of their names
	NextCursor *string `json:"next_cursor"` // for the next page; null on the last
}

// Alias is another name of an index.
type Alias struct {
	Alias string `json:"alias" example:"resumes"`   // the other name
	Index string `json:"index" example:"resumes-2"` // where it leads
}

// AliasTo says where an alias is to lead.
type AliasTo struct {
	Index string `json:"index" example:"resumes-2"` // an index that is there
}

// Aliases are all of them, in order.
type Aliases struct {
	Aliases []Alias `json:"aliases"` // in order of their names
}

// Filter is a filter's JSON; see the specification.
type Filter = json.RawMessage
