package catalogd_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (h house) describe(t *testing.T, name, text string, columns map[string]string) catalog.Described {
	t.Helper()
	answer, err := h.Describe(t.Context(), name, catalog.Description{Description: &text, Columns: columns}, "")
	if err != nil {
		t.Fatalf("describe %s: %v", name, err)
	}
	return answer
}

// said tells what a manifest says of the dataset and its columns.
func said(m catalog.Manifest) string {
	words := []string{m.Description}
	for _, c := range m.Columns {
		words = append(words, c.Name+"="+c.Description)
	}
	return strings.Join(words, "; ")
}

// TestDescriptions: what is said stays through appends, replacements, rollbacks, a
// rename, a drop and a restart, makes no version, and goes when it is told to.
func TestDescriptions(t *testing.T) {
	s := testbed.StartStoraged(t)
	h := house{start(t, s, catalogd.Defaults()), s}
	h.load(t, catalog.Replace, "Ada")
	answer := h.describe(t, "people", "Who works\nhere", map[string]string{"age": "in years"})
	if answer.Description != "Who works\nhere" || answer.Columns[1].Description != "in years" {
		t.Errorf("described as %+v", answer)
	}
	const want = "Who works\nhere; name=; age=in years"
	check := func(when, name string, version, want2 int64) {
		t.Helper()
		m := h.manifest(t, name, version)
		if said(m) != want || m.Version != want2 {
			t.Errorf("%s version %d says %q", when, m.Version, said(m))
		}
	}
	check("described", "people", 0, 1)
	h.load(t, catalog.Append, "Bob")
	check("appended", "people", 0, 2)
	check("once appended", "people", 1, 1)
	h.load(t, catalog.Replace, "Cy")
	check("replaced", "people", 0, 3)
	other := parquetOf(t, `[{"age":1}]`, field("age", arrowLong, 0))
	h.register(t, catalog.Registration{Name: "people", Schema: catalog.ReplaceSchema, Objects: objects(put(t, s, "in/o", other))})
	if m := h.manifest(t, "people", 0); said(m) != "Who works\nhere; age=in years" {
		t.Errorf("with another schema: %q", said(m))
	}
	h.rollback(t, catalog.At{Version: 2})
	check("rolled back", "people", 0, 5)
	if again := h.rollback(t, catalog.At{Version: 2}); !again.Unchanged {
		t.Errorf("rolled back again to %+v", again)
	}
	h = house{start(t, s, catalogd.Defaults()), s}
	if _, err := h.Rename(t.Context(), "people", "staff", ""); err != nil {
		t.Fatal(err)
	}
	h.drop(t, "staff")
	if back, err := h.Restore(t.Context(), "staff", "", ""); err != nil || back.Description != "Who works\nhere" {
		t.Errorf("restored %+v, %v", back, err)
	}
	check("restored", "staff", 0, 5)
	if list, err := h.List(t.Context(), "", 0); err != nil || list.Datasets[0].Description != "Who works\nhere" {
		t.Errorf("listed %+v, %v", list.Datasets, err)
	}
	h.describe(t, "staff", "", map[string]string{"name": "in full", "age": ""})
	if m := h.manifest(t, "staff", 0); said(m) != "; name=in full; age=" {
		t.Errorf("described anew: %q", said(m))
	}
}

// TestDescriptionRefusals: a column that is not there, texts that are too long or
// steer a terminal, and nothing at all.
func TestDescriptionRefusals(t *testing.T) {
	h := open(t)
	h.register(t, catalog.Registration{Name: "a", Objects: objects(put(t, h.storage, "in/x", parquetOf(t, `[{"n":1}]`, arrow.Field{Name: "n", Type: arrowLong, Nullable: true})))})
	long, steering := strings.Repeat("x", 10_001), "\x1b[2J"
	for what, d := range map[string]catalog.Description{
		"nothing":   {},
		"no column": {Columns: map[string]string{"m": "x"}},
		"too long":  {Description: &long},
		"steering":  {Columns: map[string]string{"n": steering}},
	} {
		if _, err := h.Describe(t.Context(), "a", d, ""); !errors.Is(err, wire.ErrBadRequest) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := h.Describe(t.Context(), "b", catalog.Description{Columns: map[string]string{"n": "x"}}, "")
	expect(t, err, catalog.ErrDatasetNotFound)
}
