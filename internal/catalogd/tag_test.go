package catalogd_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// versionsOf makes as many versions of a dataset.
func (h house) versionsOf(t *testing.T, name string, versions int) {
	t.Helper()
	for i := range versions {
		h.register(t, catalog.Registration{Name: name, Columns: oneColumn, ContentHash: fmt.Sprint(name, i)})
	}
}

func (h house) tag(t *testing.T, name, tag string, version int64, move bool) catalog.Tagged {
	t.Helper()
	answer, err := h.Tag(t.Context(), name, tag, catalog.At{Version: version}, move, "")
	if err != nil {
		t.Fatalf("tag %s at version %d: %v", tag, version, err)
	}
	return answer
}

// TestTags: a tag names a version, moves only when told to, goes, and takes no
// name that means something else; a retry by key gets the first answer.
func TestTags(t *testing.T) {
	h := open(t)
	h.versionsOf(t, "a", 3)
	if got := h.tag(t, "a", "payroll-w44", 2, false); got.Version != 2 || got.Dataset != "a" || got.Tag != "payroll-w44" {
		t.Errorf("tagged %+v", got)
	}
	h.tag(t, "a", "payroll-w44", 2, false) // again
	if got := h.tag(t, "a", "2026.Q4", 0, false); got.Version != 3 {
		t.Errorf("without a version %d is tagged", got.Version)
	}
	_, err := h.Tag(t.Context(), "a", "payroll-w44", catalog.At{Version: 1}, false, "")
	expect(t, err, catalog.ErrTagExists, "version 2", "move=true")
	if m, err := h.ManifestAt(t.Context(), "a", catalog.At{Tag: "payroll-w44"}); err != nil || m.Version != 2 {
		t.Errorf("the tag gives version %d, %v", m.Version, err)
	}
	h.tag(t, "a", "payroll-w44", 1, true)
	for i, want := range []string{"payroll-w44", "", "2026.Q4"} {
		if got := strings.Join(h.history(t, "a")[i].Tags, " "); got != want {
			t.Errorf("version %d has the tags %q, not %q", i+1, got, want)
		}
	}
	for _, bad := range []string{"main", "", "-x", "a b", "ä", strings.Repeat("x", 129)} {
		if _, err := h.Tag(t.Context(), "a", bad, catalog.At{}, false, ""); !errors.Is(err, catalog.ErrBadTag) {
			t.Errorf("the tag %q: %v", bad, err)
		}
	}
	_, err = h.Tag(t.Context(), "a", "x", catalog.At{Version: 9}, false, "")
	expect(t, err, catalog.ErrVersionNotFound, "1 to 3")
	_, err = h.Tag(t.Context(), "b", "x", catalog.At{}, false, "")
	expect(t, err, catalog.ErrDatasetNotFound)

	for range 2 { // the second finds no tag, and the answer to its key
		if got, err := h.Untag(t.Context(), "a", "payroll-w44", "key-1"); err != nil || got.Version != 1 {
			t.Errorf("untagged %+v, %v", got, err)
		}
	}
	_, err = h.Untag(t.Context(), "a", "2026.Q4", "key-1")
	expect(t, err, catalog.ErrIdempotencyReused)
	_, err = h.Untag(t.Context(), "a", "payroll-w44", "")
	expect(t, err, catalog.ErrTagNotFound, "2026.Q4")
	_, err = h.ManifestAt(t.Context(), "a", catalog.At{Tag: "payroll-w44"})
	expect(t, err, catalog.ErrTagNotFound)
	if m := h.manifest(t, "a", 0); m.Version != 3 {
		t.Errorf("tags made version %d", m.Version)
	}
	_, _, err = h.Register(t.Context(), catalog.Registration{Name: "a", Columns: oneColumn}, "key-1")
	expect(t, err, catalog.ErrIdempotencyReused)
}

// TestTaggedVersionsStay: a tag keeps a version from expiry, a time inside of it
// gives it, and one after it, whose version has expired, does not; without the tag
// the version goes.
func TestTaggedVersionsStay(t *testing.T) {
	s := testbed.StartStoraged(t)
	h := openKeeping(t, s, 3)
	h.versionsOf(t, "a", 2)
	second := h.manifest(t, "a", 2)
	h.tag(t, "a", "payroll", 2, false)
	h.versionsOf(t, "b", 1) // so that some time passes
	more := func(n int) (made []catalog.Registered) {
		for i := range n {
			made = append(made, h.register(t, catalog.Registration{Name: "a", Columns: oneColumn, ContentHash: fmt.Sprint("more", len(h.history(t, "a")), i)}))
		}
		return made
	}
	more(1)
	third := h.manifest(t, "a", 3)
	more(6)
	var kept []int64
	for _, v := range h.history(t, "a") {
		kept = append(kept, v.Version)
	}
	if !slices.Equal(kept, []int64{2, 7, 8, 9}) {
		t.Fatalf("kept are %v", kept)
	}
	h = openKeeping(t, s, 3) // the table is read again
	for at, want := range map[catalog.At]int64{{Tag: "payroll"}: 2, {AsOf: second.UpdatedAt}: 2, {Version: 2}: 2} {
		if m, err := h.ManifestAt(t.Context(), "a", at); err != nil || m.Version != want {
			t.Errorf("%+v gives version %d, %v", at, m.Version, err)
		}
	}
	_, err := h.ManifestAt(t.Context(), "a", catalog.At{AsOf: third.UpdatedAt})
	expect(t, err, catalog.ErrVersionNotFound, "expired")
	_, err = h.ManifestAt(t.Context(), "a", catalog.At{Version: 4})
	expect(t, err, catalog.ErrVersionNotFound, "expired")
	if _, err := h.Untag(t.Context(), "a", "payroll", ""); err != nil {
		t.Fatal(err)
	}
	more(1)
	_, err = h.ManifestAt(t.Context(), "a", catalog.At{Version: 2})
	expect(t, err, catalog.ErrVersionNotFound)
}

// TestTagsAndAppendsLoseNothing: two catalogds over one store, each tagging and
// appending at once: every row and every tag is there.
func TestTagsAndAppendsLoseNothing(t *testing.T) {
	onEachBackend(t, func(t *testing.T, s *storage.Client) {
		shared := catalogd.Defaults()
		shared.Shared = true
		houses := []house{{start(t, s, shared), s}, {start(t, s, shared), s}}
		houses[0].register(t, catalog.Registration{Name: "people", Objects: objects(put(t, s, "in/first", people(t, "first", 0, true)))})
		const each = 4
		var group sync.WaitGroup
		for i, h := range houses {
			for n := range each {
				group.Go(func() {
					ref := put(t, s, fmt.Sprintf("in/%d-%d", i, n), people(t, fmt.Sprintf("%d-%d", i, n), n, true))
					h.until(t, func() error {
						_, _, err := h.Register(t.Context(), catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref)}, "")
						return err
					})
				})
				group.Go(func() {
					h.until(t, func() error {
						_, err := h.Tag(t.Context(), "people", fmt.Sprintf("t%d-%d", i, n), catalog.At{Version: 1}, false, "")
						return err
					})
				})
			}
		}
		group.Wait()
		if m := houses[0].manifest(t, "people", 0); m.Rows != 2*each+1 {
			t.Errorf("%d rows are there", m.Rows)
		}
		if got := houses[1].history(t, "people")[0].Tags; len(got) != 2*each {
			t.Errorf("version 1 has the tags %q", got)
		}
	})
}

// until does as a client does that is asked to come again.
func (h house) until(t *testing.T, work func() error) {
	for {
		err := work()
		if errors.Is(err, wire.ErrUnavailable) {
			continue
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
}
