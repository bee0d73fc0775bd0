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

// byContent finds the registration that brought the content into the current
// version; in Replace mode only if the version holds nothing else.
func (rs receipts) byContent(mode catalog.Mode, hash string) (found receipt, ok bool) {
	live := 0
	for _, r := range rs {
		if r.Gone {
			continue
		}
		live++
		if r.ContentHash == hash {
			found, ok = r, true
		}
	}
	return found, ok && (mode == catalog.Append || live == 1)
}

// with gives the receipts after one more registration. One that replaces the
// content retires those before it, of which only keys within their life stay.
func (rs receipts) with(r receipt, replaces bool) receipts {
	kept := make(receipts, 0, len(rs)+1)
	for _, old := range rs {
		old.Gone = old.Gone || replaces
		if old.Key != "" && r.At.Sub(old.At) >= keyLife {
			old.Key, old.Request, old.Mode = "", "", ""
		}
		if !old.Gone || old.Key != "" {
			kept = append(kept, old)
		}
	}
	return append(kept, r)
}
