package catalogd

import (
	"encoding/json"
	"sort"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// keyLife is how long the answer to an Idempotency-Key is kept.
const keyLife = 24 * time.Hour

func withinKeyLife(at, now time.Time) bool { return now.Sub(at) < keyLife }

// receipt is what is remembered of one registration, so that its retry changes
// nothing and gets the same answer.
type receipt struct {
	At          time.Time       `json:"at"`
	ContentHash string          `json:"content_hash"`
	AddedRows   int64           `json:"added_rows"`
	Version     int64           `json:"version"`
	Variant     string          `json:"variant,omitempty"` // of a rewrite
	Note        json.RawMessage `json:"note,omitempty"`
	// Set where the registration came with an Idempotency-Key.
	Key     string       `json:"key,omitempty"`
	Request string       `json:"request,omitempty"` // what the key stands for
	Mode    catalog.Mode `json:"mode,omitempty"`
	Answer  *answered    `json:"answer,omitempty"`
	// Said is the answer to an edit; such a receipt is of no content.
	Said json.RawMessage `json:"said,omitempty"`
	// Gone marks content that is not in the current version any more. It was in
	// those from Version on and before Until; 0 there: in none that is known.
	Gone  bool  `json:"gone,omitempty"`
	Until int64 `json:"until,omitempty"`
}

// answered is what the first answer to a key said of its version, which may be
// kept less long than the key.
type answered struct {
	SnapshotID int64 `json:"snapshot_id"`
	SchemaID   int   `json:"schema_id"` // stays in the table's metadata as long as the key lives
	Rows       int64 `json:"rows"`
	Bytes      int64 `json:"bytes"`
	Unvalued   []int `json:"unvalued,omitempty"` // field ids, in order
}

// bulk is about how many bytes of the receipt a client or the columns decide.
func (r *receipt) bulk() int {
	n := len(r.Note) + len(r.Said)
	if r.Answer != nil {
		n += len(r.Answer.Unvalued) * 6
	}
	return n
}

// lives tells whether the receipt still answers its key. One without a key does
// not.
func (r *receipt) lives(now time.Time) bool {
	return r.Key != "" && withinKeyLife(r.At, now)
}

// receipts are those of a dataset, oldest first.
type receipts []receipt

// keeping is what decides which receipts still mean something: the time, by which
// keys live, and the versions that are kept, to which a dataset may be rolled back.
type keeping struct {
	now     time.Time // by the clock
	history []record  // oldest first
	all     bool      // which versions are kept is not known
}

// any tells whether a version is kept from one on and before another.
func (k keeping) any(from, until int64) bool {
	if k.all {
		return from < until
	}
	at := sort.Search(len(k.history), func(i int) bool { return versionOf(&k.history[i].Snapshot) >= from })
	return at < len(k.history) && versionOf(&k.history[at].Snapshot) < until
}

// with gives the receipts after one more registration. One that replaces the
// content retires those before it with the version that it makes (0: it does not);
// of them stay the keys within their life, and the content of kept versions.
func (rs receipts) with(r receipt, retired int64, keep keeping) receipts {
	return append(rs.still(retired, keep), r)
}

// still gives the receipts that still mean something; retired is the version since
// which the content of all of them is not there any more (0: it is).
func (rs receipts) still(retired int64, keep keeping) receipts {
	kept := make(receipts, 0, len(rs)+1)
	for _, r := range rs {
		if retired > 0 && !r.Gone {
			r.Gone, r.Until = true, retired
		}
		if !r.lives(keep.now) {
			r.Key, r.Request, r.Mode, r.Answer, r.Said = "", "", "", nil, nil
		}
		if !r.Gone || r.Key != "" || keep.any(r.Version, r.Until) {
			kept = append(kept, r)
		}
	}
	return kept
}

// in tells whether a version holds the receipt's content.
func (r *receipt) in(version int64) bool {
	return r.Version <= version && (!r.Gone || r.Until > version)
}
