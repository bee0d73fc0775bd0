package catalogd_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

var oneColumn = []catalog.Column{{Name: "a", Type: "long", Nullable: true}}

// openKeeping brings up a catalogd that keeps that many versions.
func openKeeping(t *testing.T, s *storage.Client, versions int) house {
	t.Helper()
	c := catalogd.Defaults()
	c.MaxVersions, c.KeepNewest = versions, 1
	return house{Client: start(t, s, c), storage: s}
}

// history gives the versions that are kept, oldest first.
func (h house) history(t *testing.T, name string) []catalog.Version {
	t.Helper()
	page, err := h.Versions(t.Context(), name, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	kept := page.Versions
	for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
		kept[i], kept[j] = kept[j], kept[i]
	}
	return kept
}

// TestVersionsByTime: a time gives the version that was current then, and neither
// one from before the dataset nor one that has expired is given as another.
func TestVersionsByTime(t *testing.T) {
	h := openKeeping(t, testbed.StartStoraged(t), 4)
	for i := range 6 {
		h.register(t, catalog.Registration{Name: "a", Columns: oneColumn, ContentHash: fmt.Sprint(i)})
	}
	kept := h.history(t, "a")
	if len(kept) != 4 || kept[0].Version != 3 {
		t.Fatalf("kept are %+v", kept)
	}
	for i, v := range kept {
		last := v.Version // of those in the same millisecond
		for _, later := range kept[i:] {
			if later.CreatedAt.Equal(v.CreatedAt) {
				last = later.Version
			}
		}
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 3*3600)} {
			m, err := h.ManifestAt(t.Context(), "a", catalog.At{AsOf: v.CreatedAt.In(zone)})
			if err != nil || m.Version != last || !m.UpdatedAt.Equal(v.CreatedAt) {
				t.Errorf("as of version %d: %d of %s, %v", v.Version, m.Version, m.UpdatedAt, err)
			}
		}
	}
	m, err := h.ManifestAt(t.Context(), "a", catalog.At{AsOf: time.Now().Add(time.Hour)})
	if err != nil || m.Version != 6 {
		t.Errorf("as of later: %d, %v", m.Version, err)
	}
	created := m.CreatedAt
	_, err = h.ManifestAt(t.Context(), "a", catalog.At{AsOf: created})
	expect(t, err, catalog.ErrVersionNotFound, "expired", "the oldest that is kept is 3")
	_, err = h.ManifestAt(t.Context(), "a", catalog.At{AsOf: created.Add(-time.Millisecond)})
	expect(t, err, catalog.ErrVersionNotFound, "did not exist")
	var p *wire.Problem
	if errors.As(err, &p); fmt.Sprint(p.Fields["oldest_at"]) != created.Format(time.RFC3339Nano) {
		t.Errorf("the oldest time is %v, not %s", p.Fields["oldest_at"], created)
	}
	_, err = h.ManifestAt(t.Context(), "a", catalog.At{Version: 2})
	expect(t, err, catalog.ErrVersionNotFound, "3 to 6")
}
