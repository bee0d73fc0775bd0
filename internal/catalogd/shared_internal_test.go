package catalogd

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// adopt registers an object that lies in the dataset's folder, and gives the
// object that the version has.
func (e *engine) adopt(t *testing.T, key string) string {
	t.Helper()
	reg, err := newRegistration(catalog.Registration{Name: "n", Objects: []catalog.ObjectRef{{Key: key}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, created, err := e.register(t.Context(), reg); err != nil || !created {
		t.Fatalf("created is %t, %v", created, err)
	}
	m, err := e.manifest(t.Context(), "n", catalog.At{})
	if err != nil || len(m.Objects) != 1 {
		t.Fatalf("the version is %+v, %v", m, err)
	}
	return m.Objects[0].Key
}

func shared() Config {
	c := Defaults()
	c.Shared = true
	c.MaxVersions, c.KeepNewest = 2, 1
	return c
}

// TestSharedAdoptsTheYoungOnly: in a shared bucket an old object is copied, since
// the other catalogd may be about to remove it; alone it is taken as it lies.
func TestSharedAdoptsTheYoungOnly(t *testing.T) {
	for _, c := range []struct {
		shared  bool
		age     time.Duration
		inPlace bool
	}{{true, 0, true}, {true, 2 * sharedAge, false}, {false, 2 * sharedAge, true}, {false, 0, true}} {
		config := shared()
		config.Shared = c.shared
		e := newEngine(t, config)
		key := e.putOwn(t, e.load1(t, catalog.Replace, 1).DatasetID, 2)
		e.age(t, c.age, key)
		if taken := e.adopt(t, key); (taken == key) != c.inPlace {
			t.Errorf("shared %t, %s old: the version has %s of %s", c.shared, c.age, taken, key)
		}
		if files := e.readable(t); len(files) != 2 {
			t.Errorf("shared %t, %s old: the versions hold %q", c.shared, c.age, files)
		}
	}
}

// TestSharedExpiry: a file of an expired version that the other catalogd takes up
// again stays, whether it is swept before or after. What nobody takes up goes when
// it is too old to be taken up.
func TestSharedExpiry(t *testing.T) {
	a := newEngine(t, shared())
	b := openEngine(t, a.store.Client, shared())
	a.load1(t, catalog.Replace, 1)
	m, err := a.manifest(t.Context(), "n", catalog.At{Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		a.load1(t, catalog.Replace, 2+n)
	}
	swept := time.Now().Add(sweepPatience)
	a.cleanOnce(t.Context(), swept)
	if taken := b.adopt(t, m.Objects[0].Key); taken != m.Objects[0].Key {
		t.Fatalf("it was copied to %s", taken)
	}
	a.cleanOnce(t.Context(), swept.Add(2*a.cleaner.grace))
	if files := b.readable(t); !slices.Contains(files, m.Objects[0].Key) {
		t.Errorf("the versions hold %q", files)
	}
	for _, e := range []*engine{a, b} {
		e.age(t, old, e.keys(t, datasetsPrefix)...)
		e.withoutOrphans(t)
	}
	files := a.readable(t)
	if left := a.keys(t, catalog.DataPrefix(m.DatasetID)); len(left) != 2 || !slices.Equal(left, files) {
		t.Errorf("left are %q, and the versions hold %q", left, files)
	}
}

// TestPointerTakenAway: where storage is asked, a dataset whose pointer is not
// there any more is no refusal by storage: readers and writers are told what is
// missing and what to do, nothing begins anew in its place, and its files stay.
func TestPointerTakenAway(t *testing.T) {
	e := newEngine(t, shared())
	e.loadInto(t, "z", catalog.Append, 1)
	for n := range 3 {
		e.load1(t, catalog.Replace, n)
	}
	key := pointerKey(catalog.Name{Namespace: "default", Name: "n"})
	text, _, err := e.store.read(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	all := e.keys(t, datasetsPrefix)
	e.age(t, old, all...)
	if err := e.store.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	_, readErr := e.manifest(t.Context(), "n", catalog.At{})
	_, writeErr := e.tryLoad(t, "n", catalog.Append, 4)
	for what, err := range map[string]error{"a reader": readErr, "a writer": writeErr} {
		if !errors.Is(err, catalog.ErrDatasetNotFound) || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "put it back") {
			t.Errorf("%s is told %v", what, err)
		}
	}
	if err := e.sweep(t.Context(), expiredOf{dataset: e.dir.find(catalog.Name{Namespace: "default", Name: "n"})}, nil); !errors.Is(err, catalog.ErrDatasetNotFound) {
		t.Errorf("the sweep ended with %v", err)
	}
	if left := e.keys(t, datasetsPrefix); !slices.Equal(left, all) {
		t.Errorf("it has changed:\n%s", differences(left, all))
	}
	e.put(t, key, text)
	if answer := e.load1(t, catalog.Append, 4); answer.Version != 4 {
		t.Errorf("with the pointer back, version %d follows", answer.Version)
	}
}
