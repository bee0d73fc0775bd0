package durable_test

import (
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// Restoring makes another index of a copy, and Drop removes the objects of one alone.
func TestCopyRestoreDrop(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Limits.PartBytes = 10 << 10
	x := create(t, o)
	m := model{}
	for _, it := range batch("a", 300) {
		m[it.ID] = it
	}
	add(t, x, batch("a", 300)...)
	const key = "vectors/snapshots/one"
	g, err := x.Copy(t.Context(), key)
	if err != nil || g.Sequence != 1 || g.Bytes < 300*dimension*4 {
		t.Fatalf("%+v, %v", g, err)
	}
	if _, err := x.Copy(t.Context(), key); err == nil {
		t.Error("a copy took the place of another")
	}
	add(t, x, batch("later", 10)...)
	if _, err := x.WriteGeneration(t.Context()); err != nil {
		t.Fatal(err)
	}
	nothingLiesUnderAnObject(t, s)
	other := o
	other.ID = "0199-other"
	y, err := durable.Restore(t.Context(), other, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	shut(t, x)
	if err := durable.Drop(t.Context(), s, o.ID); err != nil || len(keys(t, s, "")) > 0 {
		t.Errorf("left: %v, %v", keys(t, s, ""), err)
	}
	add(t, y, batch("more", 1)...)
	m["more-0"] = batch("more", 1)[0]
	y = reopen(t, y, other)
	m.holds(t, y)
	shut(t, y)
	other.ID, other.Engine.Dimension = "0200-wrong", 5
	if _, err := durable.Restore(t.Context(), other, key, nil); err == nil {
		t.Error("restored with another dimension")
	}
	if got := heads(t, s); !slices.Equal(got, nil) {
		t.Errorf("%v", got)
	}
}

// MinIO lists no object that lies under the key of another one: neither a drop nor an
// erasure would find it.
func nothingLiesUnderAnObject(t *testing.T, s *storage.Client) {
	t.Helper()
	var all []string
	for page, err := range s.Listings(t.Context(), "vectors/", "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Objects {
			all = append(all, o.Key)
		}
	}
	for _, key := range all {
		if i := slices.IndexFunc(all, func(other string) bool { return strings.HasPrefix(other, key+"/") }); i >= 0 {
			t.Errorf("%s lies under %s", all[i], key)
		}
	}
	if len(all) < 4 {
		t.Errorf("there is only %v", all)
	}
}
