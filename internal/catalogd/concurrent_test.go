package catalogd_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// TestManyAppenders: every append is counted, in exactly one version, and
// appends that wait together share one.
func TestManyAppenders(t *testing.T) {
	onEachBackend(t, func(t *testing.T, s *storage.Client) {
		h := house{Client: start(t, s, catalogd.Defaults()), storage: s}
		appendMany(t, []house{h}, 8, 5)
	})
}

// TestTwoCatalogs: two catalogd on one bucket lose nothing to each other.
func TestTwoCatalogs(t *testing.T) {
	onEachBackend(t, func(t *testing.T, s *storage.Client) {
		shared := catalogd.Defaults()
		shared.Shared = true
		a := house{Client: start(t, s, shared), storage: s}
		b := house{Client: start(t, s, shared), storage: s}
		appendMany(t, []house{a, b}, 6, 3)
	})
}

func appendMany(t *testing.T, houses []house, writers, each int) {
	t.Helper()
	answers := make([][]catalog.Registered, writers)
	var group sync.WaitGroup
	for w := range writers {
		h := houses[w%len(houses)]
		group.Go(func() {
			for i := range each {
				name := fmt.Sprintf("w%d-%d", w, i)
				ref := put(t, h.storage, "in/"+name+".parquet", people(t, name, i, true))
				answer, _, err := h.Register(t.Context(), catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref)}, "")
				if err != nil {
					t.Errorf("append %s: %v", name, err)
					return
				}
				answers[w] = append(answers[w], answer)
			}
		})
	}
	group.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for _, h := range houses {
		m := h.manifest(t, "people", 0)
		want := int64(writers * each)
		if m.Rows != want || len(m.Objects) != writers*each {
			t.Fatalf("%d rows in %d objects, not %d", m.Rows, len(m.Objects), want)
		}
		if len(houses) == 1 && m.Version >= want {
			t.Errorf("%d appends made %d versions: none waited together", want, m.Version)
		}
		var names []string
		for _, o := range m.Objects {
			names = append(names, readBack(t, h.storage, o.Key, "name")...)
		}
		slices.Sort(names)
		if distinct := slices.Compact(names); len(distinct) != writers*each {
			t.Errorf("%d distinct rows of %d", len(distinct), want)
		}
		rows := map[int64]int64{}
		for version := int64(1); version <= m.Version; version++ {
			rows[version] = h.manifest(t, "people", version).Rows
		}
		for w := range answers {
			for _, a := range answers[w] {
				if a.Rows != rows[a.Version] {
					t.Errorf("version %d was answered with %d rows and has %d", a.Version, a.Rows, rows[a.Version])
				}
			}
		}
	}
}

// TestManyDatasets: datasets are made and read side by side.
func TestManyDatasets(t *testing.T) {
	h := open(t)
	var group sync.WaitGroup
	for i := range 12 {
		name := fmt.Sprint("set_", i)
		ref := put(t, h.storage, "in/"+name, people(t, name, i, true))
		group.Go(func() {
			for _, mode := range []catalog.Mode{catalog.Create, catalog.Append, catalog.Replace} {
				reg := catalog.Registration{Name: name, Mode: mode, Objects: objects(ref), ContentHash: string(mode)}
				if _, _, err := h.Register(t.Context(), reg, ""); err != nil {
					t.Errorf("%s %s: %v", mode, name, err)
				}
				if _, err := h.Manifest(t.Context(), name, 1); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	group.Wait()
	page, err := h.List(t.Context(), "", 1000)
	if err != nil || len(page.Datasets) != 12 {
		t.Errorf("%d datasets are listed, %v", len(page.Datasets), err)
	}
}

// TestTwoSchemasAtOnce: of two writers with different schemas one wins, and the
// other is told the difference.
func TestTwoSchemasAtOnce(t *testing.T) {
	h := open(t)
	for round := range 5 {
		name := fmt.Sprintf("race_%d", round)
		files := [][]byte{
			parquetOf(t, `[{"a":1}]`, field("a", arrow.PrimitiveTypes.Int64, 0)),
			parquetOf(t, `[{"a":1,"b":"x"}]`, field("a", arrow.PrimitiveTypes.Int64, 0), field("b", arrow.BinaryTypes.String, 0)),
		}
		errs := make([]error, len(files))
		var group sync.WaitGroup
		for i, data := range files {
			ref := put(t, h.storage, fmt.Sprintf("in/%s-%d.parquet", name, i), data)
			group.Go(func() {
				_, _, errs[i] = h.Register(t.Context(), catalog.Registration{Name: name, Mode: catalog.Append, Objects: objects(ref)}, "")
			})
		}
		group.Wait()
		lost := slices.IndexFunc(errs, func(err error) bool { return err != nil })
		if lost < 0 || errs[1-lost] != nil {
			t.Fatalf("round %d: both won or both lost: %v", round, errs)
		}
		if !errors.Is(errs[lost], catalog.ErrSchemaDrift) && !errors.Is(errs[lost], catalog.ErrDatasetChanged) {
			t.Fatalf("round %d: the loser was told %v", round, errs[lost])
		}
		if m := h.manifest(t, name, 0); m.Version != 1 || m.Rows != 1 || len(m.Columns) != 2-lost {
			t.Errorf("round %d: the dataset is %+v", round, m)
		}
	}
}
