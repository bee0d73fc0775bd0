package catalogd

import (
	"time"

	"github.com/apache/iceberg-go/table"
)

// retention says which versions are kept.
type retention struct {
	maxVersions int
	maxAge      time.Duration
	keepNewest  int
}

// expired gives the versions that go when one more comes: those over the
// number, and those that are too old and not among the newest. Snapshots that
// a tag or branch other than main names stay.
func (r retention) expired(meta table.Metadata, now time.Time) []table.Snapshot {
	snapshots := meta.Snapshots() // oldest first
	named := map[int64]bool{}
	for name, ref := range meta.Refs() {
		if name != table.MainBranch {
			named[ref.SnapshotID] = true
		}
	}
	oldest := now.Add(-r.maxAge).UnixMilli()
	var gone []table.Snapshot
	for i, s := range snapshots {
		newer := len(snapshots) - i // the one that comes included
		tooMany := newer >= r.maxVersions
		tooOld := newer >= r.keepNewest && s.TimestampMs < oldest
		if (tooMany || tooOld) && !named[s.SnapshotID] && s.SnapshotID != meta.CurrentSnapshot().SnapshotID {
			gone = append(gone, s)
		}
	}
	return gone
}
