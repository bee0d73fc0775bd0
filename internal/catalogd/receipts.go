package catalogd

import (
	"encoding/json"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// keyLife is how long the answer to an Idempotency-Key is kept.
const keyLife = 24 * time.Hour

// receipt is what is remembered of one registration, so that its retry changes
// nothing and gets the same answer.
type receipt struct {
	At          time.Time       `json:"at"`
	ContentHash string          `json:"content_hash"`
	AddedRows   int64           `json:"added_rows"`
	Version     int64           `json:"version"`
	Note        json.RawMessage `json:"note,omitempty"`
	// Set where the registration came with an Idempotency-Key.
	Key     string       `json:"key,omitempty"`
	Request string       `json:"request,omitempty"` // what the key stands for
	Mode    catalog.Mode `json:"mode,omitempty"`
	Answer  *answered    `json:"answer,omitempty"`
	// Gone marks content that is not in the current version any more; the
	// receipt is kept for its key alone.
	Gone bool `json:"gone,omitempty"`
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
	n := len(r.Note)
	if r.Answer != nil {
		n += len(r.Answer.Unvalued) * 6
	}
	return n
}

// receipts are those of a dataset, oldest first.
type receipts []receipt

// byKey finds the registration that came with the key within its life.
func (rs receipts) byKey(key string, now time.Time) (receipt, bool) {
	for _, r := range rs {
		if key != "" && r.Key == key && now.Sub(r.At) < keyLife {
			return r, true
		}
	}
	return receipt{}, false
}

// with gives the receipts after one more registration. One that replaces the
// content retires those before it, of which only keys within their life stay.
func (rs receipts) with(r receipt, replaces bool) receipts {
	return append(rs.still(replaces, r.At), r)
}

// still gives the receipts that still mean something; gone says that the
// content of all of them is not in the current version any more.
func (rs receipts) still(gone bool, now time.Time) receipts {
	kept := make(receipts, 0, len(rs)+1)
	for _, r := range rs {
		r.Gone = r.Gone || gone
		if r.Key != "" && now.Sub(r.At) >= keyLife {
			r.Key, r.Request, r.Mode, r.Answer = "", "", "", nil
		}
		if !r.Gone || r.Key != "" {
			kept = append(kept, r)
		}
	}
	return kept
}

// answeredWith tells whether the answer to a key within its life has the columns
// of a schema.
func (rs receipts) answeredWith(schemaID int, now time.Time) bool {
	return slices.ContainsFunc(rs, func(r receipt) bool {
		return r.Answer != nil && r.Answer.SchemaID == schemaID && now.Sub(r.At) < keyLife
	})
}
