package catalogd_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
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
	for v, err := range h.EachView(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, v.Namespace+"."+v.Name)
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
