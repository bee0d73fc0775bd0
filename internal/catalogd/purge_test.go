package catalogd_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
)

// A purge takes the named versions away and leaves in the dataset's folder what the
// others name, also for a catalogd that starts anew. Once more it finds nothing.
func TestPurgeLeavesWhatIsKept(t *testing.T) {
	h := open(t)
	before := h.threeFiles(t)
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Rewrite, ContentHash: "sha256:up", Removes: refs(before.Objects[1:2])})
	orphan := putOwn(t, h.storage, before.DatasetID, people(t, "Lost", 1, false))
	other := h.register(t, catalog.Registration{Name: "other", Objects: objects(put(t, h.storage, "in/o.parquet", people(t, "Bob", 1, false)))})
	done, err := h.Purge(t.Context(), catalog.Purge{Name: "people", DatasetID: before.DatasetID, Versions: []int64{2, 3, 77}})
	if err != nil {
		t.Fatal(err)
	}
	gone := func(key string) bool {
		return slices.ContainsFunc(done.Objects, func(o catalog.DataObject) bool { return o.Key == key && o.Size > 0 })
	}
	if !slices.Equal(done.Versions, []int64{2, 3}) || !gone(orphan.Key) || !gone(before.Objects[1].Key) || gone(before.Objects[0].Key) {
		t.Errorf("what went is %+v", done)
	}
	for _, h := range []house{h, {Client: start(t, h.storage, catalogd.Defaults()), storage: h.storage}} {
		for version, want := range map[int64]string{1: "Ada", 4: "Ada Cy"} {
			if got := strings.Join(h.holds(t, "people", version), " "); got != want {
				t.Errorf("version %d holds %s, not %s", version, got, want)
			}
		}
		if _, err := h.Manifest(t.Context(), "people", 3); !errors.Is(err, catalog.ErrVersionNotFound) {
			t.Errorf("version 3: %v", err)
		}
		if got := h.holds(t, "other", other.Version); !slices.Equal(got, []string{"Bob"}) {
			t.Errorf("another dataset holds %v", got)
		}
	}
	if got := keys(t, h.storage, catalog.DataPrefix(before.DatasetID)); len(got) != 2 {
		t.Errorf("its data files are %v", got)
	}
	agree(t, h, "people", map[int64]string{1: `[{"name":"Ada","age":30}]`, 4: `[{"name":"Ada","age":30},{"name":"Cy","age":32}]`})
	if done, err = h.Purge(t.Context(), catalog.Purge{Name: "people", DatasetID: before.DatasetID, Versions: []int64{2, 3}}); err != nil || len(done.Versions)+len(done.Objects) > 0 {
		t.Errorf("once more: %+v, %v", done, err)
	}
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, h.storage, "in/n.parquet", people(t, "New", 1, false)))})
	for what, p := range map[string]catalog.Purge{
		"the current version": {Name: "people", DatasetID: before.DatasetID, Versions: []int64{5}},
		"another dataset":     {Name: "people", DatasetID: other.DatasetID, Versions: []int64{1}},
	} {
		if _, err := h.Purge(t.Context(), p); !errors.Is(err, catalog.ErrDatasetChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
