package catalogd_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// viewed is what queryd asks for once it has bound a statement over people.
func viewed(name, sql string, mode catalog.Mode, columns ...string) catalog.ViewRegistration {
	v := catalog.ViewRegistration{
		NewView: catalog.NewView{Name: name, SQL: sql, Mode: mode},
		Reads:   []catalog.Source{{Name: "people", Kind: catalog.SourceDataset}},
	}
	for _, c := range columns {
		column, kind, _ := strings.Cut(c, ":")
		v.Columns = append(v.Columns, catalog.Column{Name: column, Type: kind})
	}
	return v
}

// registerView registers and fails the test on an error.
func (h house) registerView(t testing.TB, v catalog.ViewRegistration) catalog.RegisteredView {
	t.Helper()
	answer, created, err := h.RegisterView(t.Context(), v, "")
	if err != nil || created == answer.Unchanged {
		t.Fatalf("view %s: created %t, %+v, %v", v.Name, created, answer, err)
	}
	return answer
}

func (h house) view(t testing.TB, name string, at catalog.At) catalog.View {
	t.Helper()
	v, err := h.View(t.Context(), name, at)
	if err != nil {
		t.Fatalf("view %s, %s: %v", name, at, err)
	}
	return v
}

// viewNames lists the views, in pages of one.
func (h house) viewNames(t testing.TB) (names []string) {
	t.Helper()
	for cursor, page := "", 0; page == 0 || cursor != ""; page++ {
		list, err := h.Views(t.Context(), cursor, 1)
		if err != nil {
			t.Fatal(err)
		}
		cursor = ""
		for _, v := range list.Views {
			names = append(names, v.Namespace+"."+v.Name)
		}
		if list.NextCursor != nil {
			cursor = *list.NextCursor
		}
	}
	return names
}

// TestLifeOfAView: a view is made, replaced, read by version and by time, listed,
// described, dropped and restored, through either of two catalogds, and is all there
// from storage alone.
func TestLifeOfAView(t *testing.T) {
	onEachBackend(t, func(t *testing.T, s *storage.Client) {
		a, b := pair(t, s)
		first := a.registerView(t, viewed("adults", "FROM people WHERE age > 17", catalog.Create, "name:string", "age:long"))
		if first.Version != 1 || first.Namespace != "default" || first.ViewID == "" || first.Columns[1].Type != "long" || first.Columns[1].FieldID != 2 || len(first.Reads) != 1 {
			t.Errorf("the first version is %+v", first)
		}
		if again, created, err := b.RegisterView(t.Context(), viewed("adults", first.SQL, catalog.Replace, "name:string", "age:long"), ""); err != nil || created || !again.Unchanged || again.Version != 1 {
			t.Errorf("the same again: %t, %+v, %v", created, again, err)
		}
		second := b.registerView(t, viewed("adults", "SELECT name, {'n': age} AS of FROM people", catalog.Replace, "name:string", "of:struct<n:long>"))
		if second.Version != 2 || second.ViewID != first.ViewID || second.Columns[0].FieldID != first.Columns[0].FieldID {
			t.Errorf("the second version is %+v after %+v", second, first)
		}
		text := "who is of age"
		redescribed := viewed("adults", second.SQL, catalog.Replace, "name:string", "of:struct<n:long>")
		redescribed.Description = &text
		if again, created, err := a.RegisterView(t.Context(), redescribed, ""); err != nil || created || !again.Unchanged || again.Version != 2 || again.Description != text {
			t.Errorf("the same with a description: %t, %+v, %v", created, again, err)
		}
		a.registerView(t, viewed("hr.staff", "FROM people", catalog.Create, "name:string", "age:long"))
		text = "of age by now"
		if v, err := a.DescribeView(t.Context(), "adults", text, ""); err != nil || v.Description != text || v.Version != 2 {
			t.Errorf("described: %+v, %v", v, err)
		}
		check := func(t *testing.T, h house) {
			for _, c := range []struct {
				at   catalog.At
				want catalog.View
			}{
				{catalog.At{}, second.View}, {catalog.At{Version: 2}, second.View}, {catalog.At{AsOf: time.Now().Add(time.Hour)}, second.View},
				{catalog.At{Version: 1}, first.View}, {catalog.At{AsOf: second.UpdatedAt.Add(-time.Millisecond)}, first.View},
			} {
				v := h.view(t, "adults", c.at)
				if v.SQL != c.want.SQL || v.Version != c.want.Version || !slices.Equal(v.Columns, c.want.Columns) || !v.UpdatedAt.Equal(c.want.UpdatedAt) || v.Description != text {
					t.Errorf("at %q the view is %+v, not %+v", c.at, v, c.want)
				}
			}
			if names := h.viewNames(t); !slices.Equal(names, []string{"default.adults", "hr.staff"}) {
				t.Errorf("listed are %q", names)
			}
			page, err := h.ViewVersions(t.Context(), "adults", "", 1)
			if err != nil || len(page.Versions) != 1 || page.Versions[0].Version != 2 || page.Versions[0].SQL != second.SQL || page.NextCursor == nil {
				t.Errorf("the history begins with %+v, %v", page, err)
			}
			if page, err = h.ViewVersions(t.Context(), "adults", "2", 1); err != nil || len(page.Versions) != 1 || page.Versions[0].SQL != first.SQL || page.NextCursor != nil {
				t.Errorf("the history goes on with %+v, %v", page, err)
			}
		}
		check(t, b)
		gone, err := a.DropView(t.Context(), "adults", "")
		if err != nil || gone.ViewID != first.ViewID || gone.Version != 2 {
			t.Fatalf("dropped: %+v, %v", gone, err)
		}
		_, err = b.View(t.Context(), "adults", catalog.At{})
		expect(t, err, catalog.ErrViewNotFound, "dropped", "/catalog/views/adults/restore")
		if list, err := b.DroppedViews(t.Context(), "", 0); err != nil || len(list.Views) != 1 || list.Views[0].ViewID != first.ViewID {
			t.Errorf("to be restored are %+v, %v", list, err)
		}
		if list := b.dropped(t); len(list) != 0 {
			t.Errorf("among the dropped datasets are %+v", list)
		}
		if v, err := b.RestoreView(t.Context(), "adults", "", ""); err != nil || v.Version != 2 {
			t.Fatalf("restored: %+v, %v", v, err)
		}
		check(t, a)
		t.Run("from storage alone", func(t *testing.T) {
			check(t, house{Client: start(t, s, catalogd.Defaults()), storage: s})
		})
	})
}

// TestAViewAndADatasetShareNoName: whoever comes second is refused by a code of its
// own, whichever of the two it is and however it would get the name, and whoever asks
// for the other sort is told what the name has.
func TestAViewAndADatasetShareNoName(t *testing.T) {
	h := open(t)
	h.load(t, catalog.Replace, "Ada")
	if _, _, err := h.Register(t.Context(), catalog.Registration{Name: "other", Objects: objects(put(t, h.storage, "in/o.parquet", people(t, "Eve", 1, false)))}, ""); err != nil {
		t.Fatal(err)
	}
	h.registerView(t, viewed("v", "FROM people", catalog.Create, "name:string"))
	for _, mode := range []catalog.Mode{catalog.Create, catalog.Replace} {
		_, _, err := h.RegisterView(t.Context(), viewed("people", "FROM other", mode, "name:string"), "")
		expect(t, err, catalog.ErrDatasetExists, "people", "choose another name")
	}
	for _, mode := range []catalog.Mode{catalog.Create, catalog.Replace, catalog.Append} {
		h.refused(t, catalog.ErrViewExists, catalog.Registration{Name: "v", Mode: mode, Objects: objects(catalog.ObjectRef{Key: "in/o.parquet"})}, "view v", "/catalog/views/v")
	}
	_, err := h.Rename(t.Context(), "other", "v", "")
	expect(t, err, catalog.ErrViewExists, "v")

	// A name that changed hands: neither comes back over the other.
	h.drop(t, "other")
	h.registerView(t, viewed("other", "FROM people", catalog.Create, "name:string"))
	_, err = h.Restore(t.Context(), "other", "", "")
	expect(t, err, catalog.ErrViewExists, "other")
	if _, err := h.DropView(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Restore(t.Context(), "other", "", ""); err != nil {
		t.Fatal(err)
	}
	_, err = h.RestoreView(t.Context(), "other", "", "")
	expect(t, err, catalog.ErrDatasetExists, "other")

	h.askedForTheOtherSort(t)
	list, err := h.List(t.Context(), "", 0)
	if err != nil || len(list.Datasets) != 2 || !slices.Equal(h.viewNames(t), []string{"default.v"}) {
		t.Errorf("there are %+v and %q, %v", list.Datasets, h.viewNames(t), err)
	}
}

func (h house) askedForTheOtherSort(t *testing.T) {
	ctx := t.Context()
	for what, ask := range map[string]func() error{
		"manifest": func() error { _, err := h.Manifest(ctx, "v", 0); return err },
		"versions": func() error { _, err := h.Versions(ctx, "v", "", 0); return err },
		"diff":     func() error { _, err := h.Diff(ctx, "v", catalog.At{Version: 1}, catalog.At{}); return err },
		"receipt": func() error {
			_, err := h.Receipt(ctx, catalog.ReceiptOf{Name: "v", Mode: catalog.Replace}, "k")
			return err
		},
		"tag":      func() error { _, err := h.Tag(ctx, "v", "t", catalog.At{}, false, ""); return err },
		"rollback": func() error { _, err := h.Rollback(ctx, "v", catalog.At{Version: 1}, ""); return err },
		"drop":     func() error { _, err := h.Drop(ctx, "v", ""); return err },
		"rename":   func() error { _, err := h.Rename(ctx, "v", "w", ""); return err },
		"describe": func() error {
			_, err := h.Describe(ctx, "v", catalog.Description{Description: new(string)}, "")
			return err
		},
		"purge": func() error { _, err := h.Purge(ctx, catalog.Purge{Name: "v", DatasetID: catalog.NewID()}); return err },
	} {
		if err := ask(); !errors.Is(err, catalog.ErrIsView) || !strings.Contains(err.Error(), "/catalog/views/v") {
			t.Errorf("%s of a view: %v", what, err)
		}
	}
	for what, ask := range map[string]func() error{
		"view":     func() error { _, err := h.View(ctx, "people", catalog.At{}); return err },
		"versions": func() error { _, err := h.ViewVersions(ctx, "people", "", 0); return err },
		"drop":     func() error { _, err := h.DropView(ctx, "people", ""); return err },
		"describe": func() error { _, err := h.DescribeView(ctx, "people", "x", ""); return err },
	} {
		if err := ask(); !errors.Is(err, catalog.ErrViewNotFound) || !strings.Contains(err.Error(), "is a dataset") {
			t.Errorf("%s of a dataset as a view: %v", what, err)
		}
	}
}

// TestViewIsRefused: what no view can be is refused by name, and changes nothing.
func TestViewIsRefused(t *testing.T) {
	h := open(t)
	h.registerView(t, viewed("v", "SELECT 1 AS a", catalog.Create, "a:int"))
	based := func(mode catalog.Mode, version int64) catalog.ViewRegistration {
		v := viewed("v", "SELECT 2 AS a", mode, "a:int")
		v.BaseVersion = &version
		return v
	}
	for _, c := range []struct {
		v    catalog.ViewRegistration
		kind error
		says string
	}{
		{viewed("v", "SELECT 2 AS a", catalog.Create, "a:int"), catalog.ErrViewExists, "mode=replace"},
		{viewed("V", "SELECT 2 AS a", catalog.Create, "a:int"), catalog.ErrBadName, "V"},
		{viewed("v__quarantine", "SELECT 2 AS a", catalog.Create, "a:int"), catalog.ErrBadName, "__quarantine"},
		{viewed("w", " ", catalog.Create, "a:int"), wire.ErrBadRequest, "sql"},
		{viewed("w", "SELECT '"+strings.Repeat("x", catalog.MaxViewSQL)+"'", catalog.Create, "a:int"), wire.ErrBadRequest, "65536"},
		{viewed("w", "SELECT 1", catalog.Append, "a:int"), wire.ErrBadRequest, "append"},
		{viewed("w", "SELECT 1", catalog.Create), catalog.ErrReceiptNotFound, "w"},
		{viewed("w", "SELECT 1", catalog.Create, "a:int", "A:int"), catalog.ErrBadSchema, "two columns"},
		{based(catalog.Replace, 2), catalog.ErrViewChanged, "is 1, not 2"},
		{based(catalog.Replace, 0), catalog.ErrViewChanged, "is 1, not 0"},
		{based(catalog.Create, 0), wire.ErrBadRequest, "base_version"},
	} {
		_, _, err := h.RegisterView(t.Context(), c.v, "")
		expect(t, err, c.kind, c.says)
	}
	for _, at := range []catalog.At{{Version: 2}, {AsOf: time.Now().Add(-time.Hour)}} {
		_, err := h.View(t.Context(), "v", at)
		expect(t, err, catalog.ErrVersionNotFound, "v")
	}
	_, err := h.View(t.Context(), "v", catalog.At{Tag: "t"})
	expect(t, err, catalog.ErrTagNotFound, "views have no tags")
	_, err = h.View(t.Context(), "vv", catalog.At{})
	expect(t, err, catalog.ErrViewNotFound, "did you mean v?")
	if v := h.view(t, "v", catalog.At{}); v.Version != 1 || v.SQL != "SELECT 1 AS a" {
		t.Errorf("the view is %+v", v)
	}
}

// TestViewKeyIsRemembered: a retry with the same key gets the first answer, whatever
// came in between, and the same key with another statement is refused.
func TestViewKeyIsRemembered(t *testing.T) {
	h := open(t)
	one := viewed("v", "SELECT 1 AS a", catalog.Create, "a:int")
	if _, created, err := h.RegisterView(t.Context(), one, "k"); err != nil || !created {
		t.Fatal(created, err)
	}
	h.registerView(t, viewed("v", "SELECT 2 AS a", catalog.Replace, "a:int"))
	one.Columns[0].Type = "long" // it is bound anew
	if again, created, err := h.RegisterView(t.Context(), one, "k"); err != nil || created || again.Version != 1 || again.SQL != one.SQL || again.Columns[0].Type != "int" {
		t.Errorf("the retry is answered with %t, %+v, %v", created, again, err)
	}
	_, _, err := h.RegisterView(t.Context(), viewed("v", "SELECT 3 AS a", catalog.Create, "a:int"), "k")
	expect(t, err, catalog.ErrIdempotencyReused, "k")
}

// TestConcurrentReplacements: of many who replace a view through two catalogds upon
// the same version, as base_version says, one gets through for each version, and the
// history has every acknowledged statement once, in order.
func TestConcurrentReplacements(t *testing.T) {
	a, b := pair(t, testbed.StartStoraged(t))
	a.registerView(t, viewed("v", "SELECT 0", catalog.Create, "n:int"))
	var mu sync.Mutex
	said := map[int64]string{1: "SELECT 0"}
	var writers sync.WaitGroup
	for i, h := range []house{a, b, a, b} {
		writers.Go(func() {
			for round := range 5 {
				current, err := h.View(t.Context(), "v", catalog.At{})
				if err != nil {
					t.Error(err)
					return
				}
				v := viewed("v", strings.Repeat(" ", i)+"SELECT "+strings.Repeat("1", round+1), catalog.Replace, "n:int")
				v.BaseVersion = &current.Version
				answer, _, err := h.RegisterView(t.Context(), v, "")
				if errors.Is(err, catalog.ErrViewChanged) {
					continue
				}
				mu.Lock()
				if err != nil || answer.Version != current.Version+1 || said[answer.Version] != "" {
					t.Errorf("upon version %d: %+v, %v", current.Version, answer, err)
				}
				said[answer.Version] = v.SQL
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	history, err := b.ViewVersions(t.Context(), "v", "", 0)
	if err != nil || len(history.Versions) != len(said) {
		t.Fatalf("%d versions were acknowledged, and there are %d, %v", len(said), len(history.Versions), err)
	}
	for i, v := range history.Versions {
		if v.Version != int64(len(said)-i) || v.SQL != said[v.Version] {
			t.Errorf("version %d is %q, and was acknowledged as %q", v.Version, v.SQL, said[v.Version])
		}
	}
}

// TestViewIsAnIcebergView: the stored file is what Iceberg's view spec says, so that
// other engines can make something of it.
func TestViewIsAnIcebergView(t *testing.T) {
	h := open(t)
	v := viewed("v", "SELECT name FROM people", catalog.Create, "name:string")
	text := "names"
	v.Description = &text
	h.registerView(t, v)
	made := h.registerView(t, viewed("v", "SELECT age FROM people", catalog.Replace, "age:long"))
	var file struct {
		Format   int    `json:"format-version"`
		UUID     string `json:"view-uuid"`
		Location string
		Current  int64 `json:"current-version-id"`
		Versions []struct {
			ID              int64    `json:"version-id"`
			Schema          int      `json:"schema-id"`
			Namespace       []string `json:"default-namespace"`
			Representations []struct{ Type, SQL, Dialect string }
		}
		Schemas []struct {
			ID     int `json:"schema-id"`
			Fields []struct {
				ID         int
				Name, Type string
			}
		}
		Log        []struct{ Version int64 } `json:"version-log"`
		Properties map[string]string
	}
	if err := json.Unmarshal(get(t, h.storage, made.MetadataKey), &file); err != nil {
		t.Fatal(err)
	}
	if file.Format != 1 || file.UUID != made.ViewID || !strings.HasSuffix(file.Location, "/datasets/"+made.ViewID) || !strings.HasPrefix(file.Location, "s3://") || file.Current != 2 || len(file.Versions) != 2 || len(file.Log) != 2 || file.Properties["comment"] != text {
		t.Errorf("the file says %+v", file)
	}
	last := file.Versions[1]
	if r := last.Representations; len(r) != 1 || r[0].Type != "sql" || r[0].Dialect != "duckdb" || r[0].SQL != made.SQL || !slices.Equal(last.Namespace, []string{"default"}) {
		t.Errorf("its second version is %+v", last)
	}
	if s := file.Schemas[last.Schema]; s.ID != last.Schema || len(s.Fields) != 1 || s.Fields[0].Name != "age" || s.Fields[0].Type != "long" || s.Fields[0].ID != 2 {
		t.Errorf("its schema is %+v", s)
	}
}
