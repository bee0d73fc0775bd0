package catalogd_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/iceberg-go"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func refs(objects []catalog.DataObject) []catalog.ObjectRef {
	refs := make([]catalog.ObjectRef, len(objects))
	for i, o := range objects {
		refs[i].Key = o.Key
	}
	return refs
}

// holds reads the names in the objects of a version, in order.
func (h house) holds(t testing.TB, dataset string, version int64) []string {
	t.Helper()
	found := []string{}
	for _, o := range h.manifest(t, dataset, version).Objects {
		found = append(found, readBack(t, h.storage, o.Key, "name")...)
	}
	slices.Sort(found)
	return found
}

// threeFiles makes a dataset of three appends, Ada, Bob and Cy.
func (h house) threeFiles(t testing.TB) catalog.Manifest {
	t.Helper()
	for i, name := range []string{"Ada", "Bob", "Cy"} {
		key := fmt.Sprintf("in/%d.parquet", i)
		h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, ContentHash: "sha256:" + name, Objects: objects(put(t, h.storage, key, people(t, name, 30+i, false)))})
	}
	return h.manifest(t, "people", 0)
}

// A rewrite takes objects out of a version and others in, the rest stays, and so
// do the versions before: also for a catalogd that starts anew, and with more
// files to come.
func TestARewriteChangesWhatItNames(t *testing.T) {
	h := open(t)
	before := h.threeFiles(t)
	answer := h.register(t, catalog.Registration{Name: "people", Mode: catalog.Rewrite, ContentHash: "sha256:up", Removes: refs(before.Objects[1:2]),
		Objects: objects(put(t, h.storage, "in/x.parquet", people(t, "Bea", 41, false)), put(t, h.storage, "in/y.parquet", people(t, "Dan", 50, false)))})
	if answer.Version != 4 || answer.Rows != 4 || answer.AddedRows != 2 || answer.Bytes != h.manifest(t, "people", 0).Bytes {
		t.Errorf("the answer is %+v", answer)
	}
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, h.storage, "in/z.parquet", people(t, "Eve", 60, false)))})
	for _, h := range []house{h, {Client: start(t, h.storage, catalogd.Defaults()), storage: h.storage}} {
		for version, want := range map[int64]string{3: "Ada Bob Cy", 4: "Ada Bea Cy Dan", 5: "Ada Bea Cy Dan Eve", 0: "Ada Bea Cy Dan Eve"} {
			m := h.manifest(t, "people", version)
			var bytes int64
			for _, o := range m.Objects {
				bytes += o.Size
			}
			if got := strings.Join(h.holds(t, "people", version), " "); got != want || m.Rows != int64(len(m.Objects)) || m.Bytes != bytes {
				t.Errorf("version %d holds %s in %d rows and %d bytes, not %s", version, got, m.Rows, m.Bytes, want)
			}
		}
		history, err := h.Versions(t.Context(), "people", "", 2)
		if err != nil {
			t.Fatal(err)
		}
		if v := history.Versions[1]; v.Operation != "overwrite" || v.AddedRows != 2 {
			t.Errorf("the rewrite is told as %+v", v)
		}
	}
}

// A rewrite that does not find what it was made for changes nothing.
func TestARewriteOfWhatIsGoneIsRefused(t *testing.T) {
	h := open(t)
	before := h.threeFiles(t)
	fresh := objects(put(t, h.storage, "in/x.parquet", people(t, "Bea", 41, false)))
	current, stale, none := int64(3), int64(2), int64(0)
	both := objects(fresh[0], put(t, h.storage, "in/y.parquet", people(t, "Dan", 50, false)))
	for what, c := range map[string]struct {
		reg  catalog.Registration
		code string
	}{
		"another version":     {catalog.Registration{Name: "people", BaseVersion: &stale, Objects: fresh}, "dataset_changed"},
		"a name that is free": {catalog.Registration{Name: "nobody", Objects: fresh}, "dataset_changed"},
		"a name that is not":  {catalog.Registration{Name: "people", BaseVersion: &none, Objects: fresh}, "dataset_changed"},
		"an unknown object":   {catalog.Registration{Name: "people", BaseVersion: &current, Removes: fresh, Objects: fresh}, "dataset_changed"},
		"an object twice":     {catalog.Registration{Name: "people", Removes: refs(slices.Concat(before.Objects[:1], before.Objects[:1])), Objects: both}, "bad_object"},
		"rows too few":        {catalog.Registration{Name: "people", Removes: refs(before.Objects[:2]), Objects: fresh}, "bad_object"},
		"not as a rewrite":    {catalog.Registration{Name: "people", Mode: catalog.Append, Removes: refs(before.Objects[:1]), Objects: fresh}, "bad_request"},
	} {
		if c.reg.Mode == "" {
			c.reg.Mode = catalog.Rewrite
		}
		if c.code == "dataset_changed" {
			c.reg.ContentHash = "sha256:up"
		}
		if _, _, err := h.Register(t.Context(), c.reg, ""); err == nil || wire.AsProblem(err).Kind.Code != c.code {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
	if got := h.manifest(t, "people", 0); got.Version != 3 || len(got.Objects) != 3 {
		t.Errorf("now it is %+v", got)
	}
	h.register(t, catalog.Registration{Name: "fresh", Mode: catalog.Rewrite, BaseVersion: &none, ContentHash: "sha256:up", Objects: fresh})
}

// What the receipts say stays true: a compaction changes no row, so what was
// loaded is known as before; an upsert is known again only while it came last.
func TestWhatIsKnownAgainAfterARewrite(t *testing.T) {
	h := open(t)
	h.register(t, catalog.Registration{Name: "people", ContentHash: "sha256:Ada", Objects: objects(put(t, h.storage, "in/a.parquet", people(t, "Ada", 36, false)))})
	rewrite := func(hash, variant, name string) {
		t.Helper()
		h.register(t, catalog.Registration{Name: "people", Mode: catalog.Rewrite, ContentHash: hash, Variant: variant, Removes: refs(h.manifest(t, "people", 0).Objects),
			Objects: objects(put(t, h.storage, "in/"+name+".parquet", people(t, name, 36, false)))})
	}
	known := func(mode catalog.Mode, hash, variant string) bool {
		_, err := h.Receipt(t.Context(), catalog.ReceiptOf{Name: "people", Mode: mode, ContentHash: hash, Variant: variant}, "")
		return err == nil
	}
	check := func(when, want string) {
		t.Helper()
		got := fmt.Sprintf("append %t replace %t up %t up by another key %t down %t", known(catalog.Append, "sha256:Ada", ""), known(catalog.Replace, "sha256:Ada", ""),
			known(catalog.Rewrite, "sha256:up", "name"), known(catalog.Rewrite, "sha256:up", "age"), known(catalog.Rewrite, "sha256:down", "name"))
		if got != want {
			t.Errorf("after %s: %s, want %s", when, got, want)
		}
	}
	rewrite("", "", "Ada")
	check("a compaction", "append true replace true up false up by another key false down false")
	rewrite("sha256:up", "name", "Bea")
	rewrite("", "", "Bea")
	check("an upsert and a compaction", "append true replace false up true up by another key false down false")
	rewrite("sha256:down", "name", "Cy")
	check("another upsert", "append true replace false up false up by another key false down true")
	h.register(t, catalog.Registration{Name: "people", ContentHash: "sha256:all", Objects: objects(put(t, h.storage, "in/all.parquet", people(t, "Al", 36, false)))})
	check("a replacement", "append false replace false up false up by another key false down false")
}

// No manifest of a version has the smallest and largest values of a file that the
// version does not hold.
func TestDroppedFilesLeaveNoBounds(t *testing.T) {
	h := open(t)
	before := h.threeFiles(t)
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Rewrite, ContentHash: "sha256:up", Removes: refs(before.Objects[:1])})
	h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, h.storage, "in/x.parquet", people(t, "Bea", 41, false)))})
	dropped := 0
	for _, key := range keys(t, h.storage, "datasets/"+before.DatasetID+"/metadata/snap-") {
		list, err := iceberg.ReadManifestList(bytes.NewReader(get(t, h.storage, key)))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			_, path, _ := strings.Cut(strings.TrimPrefix(m.FilePath(), "s3://"), "/")
			entries, err := iceberg.ReadManifest(m, bytes.NewReader(get(t, h.storage, path)), false)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if gone := e.Status() == iceberg.EntryStatusDELETED; gone != (len(e.DataFile().LowerBoundValues()) == 0) {
					t.Errorf("%s, gone %t, has the bounds %v", e.DataFile().FilePath(), gone, e.DataFile().LowerBoundValues())
				} else if gone {
					dropped++
				}
			}
		}
	}
	if dropped != 3 {
		t.Errorf("%d entries tell of dropped files, want 3", dropped)
	}
}
