package catalogd

import (
	"maps"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// untilKey begins the name of a table property that says until when a version was
// current, in milliseconds: of one that a tag keeps while the next has expired.
const untilKey = "lakehouse.until."

// readAt reads which version a query string asks for, by one of some parameters.
func readAt(q url.Values, by ...string) (at catalog.At, err error) {
	given := slices.DeleteFunc(by, func(name string) bool { return !q.Has(name) })
	switch {
	case len(given) == 0:
		return at, nil
	case len(given) > 1:
		return at, wire.ErrBadRequest.Errorf("%s each name a version; give one of them", strings.Join(given, " and "))
	}
	switch given[0] {
	case "version":
		if at.Version, err = strconv.ParseInt(q.Get("version"), 10, 64); err != nil || at.Version < 1 {
			return at, badParameter("version", q.Get("version"), "a version, which count 1, 2, 3")
		}
	case "as_of":
		if at.AsOf, err = catalog.ParseTime(q.Get("as_of")); err != nil || at.AsOf.IsZero() {
			return at, wire.ErrBadRequest.Errorf("as_of: %v", err)
		}
	case "tag":
		if at.Tag = q.Get("tag"); at.Tag == "" {
			return at, badParameter("tag", "", "a tag, which /catalog/versions lists")
		}
	}
	return at, nil
}

// find gives the snapshot of a version that is still kept.
func (t *iceTable) find(h *head, at catalog.At) (*table.Snapshot, error) {
	switch {
	case at.Version > 0:
		if s, kept := t.snapshotOf(at.Version); kept {
			return s, nil
		}
		return nil, noVersion(h, t, at.Version)
	case at.Tag != "":
		if s, ok := t.tagged(at.Tag); ok {
			return s, nil
		}
		return nil, noTag(h, t, at.Tag)
	case !at.AsOf.IsZero():
		return t.asOf(h, at.AsOf)
	}
	return t.meta.CurrentSnapshot(), nil
}

func noVersion(h *head, t *iceTable, version int64) error {
	oldest := h.Dataset.Version
	if len(t.history) > 0 {
		oldest = versionOf(&t.history[0].Snapshot)
	}
	if version > oldest && version < h.Dataset.Version {
		return catalog.ErrVersionNotFound.Errorf("version %d of %s has expired and is kept no longer; /catalog/versions lists those that are", version, h.name()).
			With("oldest", oldest).With("newest", h.Dataset.Version)
	}
	return catalog.ErrVersionNotFound.Errorf("%s has the versions %d to %d, not %d", h.name(), oldest, h.Dataset.Version, version).
		With("oldest", oldest).With("newest", h.Dataset.Version)
}

// tags gives the names of the tags of a table.
func (t *iceTable) tags() map[string]int64 {
	tags := map[string]int64{}
	for name, ref := range t.meta.Refs() {
		if ref.SnapshotRefType == table.TagRef {
			tags[name] = ref.SnapshotID
		}
	}
	return tags
}

func (t *iceTable) tagged(tag string) (*table.Snapshot, bool) {
	id, ok := t.tags()[tag]
	if !ok {
		return nil, false
	}
	return t.snapshotWith(id)
}

func noTag(h *head, t *iceTable, tag string) error {
	const shown = 20
	there := slices.Sorted(maps.Keys(t.tags()))
	has := "has no tags"
	if len(there) > 0 {
		has = "has the tags " + strings.Join(there[:min(shown, len(there))], ", ")
	}
	return catalog.ErrTagNotFound.Errorf("%s has no tag %q; it %s", h.name(), shorten(tag), has).With("tags", there)
}

// asOf gives the version that was current at a time. A version is current from its
// own time until that of the next; where the next has expired, a property of the
// table says when that was.
func (t *iceTable) asOf(h *head, at time.Time) (*table.Snapshot, error) {
	ms := at.UnixMilli()
	next := sort.Search(len(t.history), func(i int) bool { return t.history[i].TimestampMs > ms })
	switch {
	case next == 0 && ms < h.Dataset.CreatedAt.UnixMilli():
		first := h.Dataset.CreatedAt.UTC()
		return nil, catalog.ErrVersionNotFound.Errorf("%s did not exist at %s; its first version is of %s", h.name(), stamp(at), stamp(first)).
			With("oldest_at", first)
	case next == 0:
		return nil, t.expiredAt(h, at)
	case next == len(t.history):
		return &t.history[next-1].Snapshot, nil
	}
	s, follower := &t.history[next-1].Snapshot, &t.history[next].Snapshot
	if versionOf(follower) == versionOf(s)+1 {
		return s, nil
	}
	if until, known := t.until(versionOf(s)); known && ms < until {
		return s, nil
	}
	return nil, t.expiredAt(h, at)
}

func (t *iceTable) expiredAt(h *head, at time.Time) error {
	oldest := &t.history[0].Snapshot
	return catalog.ErrVersionNotFound.Errorf("the version of %s that was current at %s has expired and is kept no longer; the oldest that is kept is %d, of %s, and /catalog/versions lists all",
		h.name(), stamp(at), versionOf(oldest), stamp(snapshotTime(oldest))).
		With("oldest", versionOf(oldest)).With("oldest_at", snapshotTime(oldest))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// until says when a version ceased to be current whose successor has expired.
func (t *iceTable) until(version int64) (ms int64, known bool) {
	ms, err := strconv.ParseInt(t.meta.Properties()[untilName(version)], 10, 64)
	return ms, err == nil
}

func untilName(version int64) string { return untilKey + strconv.FormatInt(version, 10) }

// noteEnds keeps of versions that go when the ones before them ended, where those
// stay.
func noteEnds(b *table.MetadataBuilder, history []record, gone []int64) error {
	ends := iceberg.Properties{}
	var past []string
	for i := range history {
		if !slices.Contains(gone, history[i].SnapshotID) {
			continue
		}
		past = append(past, untilName(versionOf(&history[i].Snapshot)))
		if i == 0 || slices.Contains(gone, history[i-1].SnapshotID) {
			continue
		}
		before := versionOf(&history[i-1].Snapshot)
		if versionOf(&history[i].Snapshot) == before+1 {
			ends[untilName(before)] = strconv.FormatInt(history[i].TimestampMs, 10)
		}
	}
	if len(ends) > 0 {
		if err := b.SetProperties(ends); err != nil {
			return err
		}
	}
	return b.RemoveProperties(past)
}
