package catalogd

import (
	"encoding/json"
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
	// Gone marks content that is not in the current version any more; the
	// receipt is kept for its key alone.
	Gone bool `json:"gone,omitempty"`
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
			r.Key, r.Request, r.Mode = "", "", ""
		}
		if !r.Gone || r.Key != "" {
			kept = append(kept, r)
		}
	}
	return kept
}
