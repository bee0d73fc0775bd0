package catalogd

import (
	"time"
)

// retention says which versions are kept.
type retention struct {
	maxVersions int
	maxAge      time.Duration
	keepNewest  int
}

// expired gives the versions that go when one more comes: those over the
// number, and those that are too old and not among the newest. The current one
// stays, and whatever a tag or a branch names.
func (r retention) expired(t *iceTable, now time.Time) []record {
	named := map[int64]bool{}
	for _, ref := range t.meta.Refs() {
		named[ref.SnapshotID] = true
	}
	oldest := now.Add(-r.maxAge).UnixMilli()
	var gone []record
	for i, s := range t.history {
		newer := len(t.history) - i // the one that comes included
		tooMany := newer >= r.maxVersions
		tooOld := newer >= r.keepNewest && s.TimestampMs < oldest
		if !tooMany && !tooOld {
			break // all that follow are younger
		}
		if !named[s.SnapshotID] {
			gone = append(gone, s)
		}
	}
	return gone
}
