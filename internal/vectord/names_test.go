package vectord_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A damaged name says why and what to do, and its index is there again when the name is put
// back: what it led to is not taken for litter, however old.
func TestADamagedNameLosesNothing(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	files := filesOf(t, store)
	d.mustCreate("i", vector.Shape{Dimension: 2})
	d.mustAdd("i", items(0, 20, 2)...)
	d.stop()
	const key = "vectors/names/i.json"
	good := files.read(key)
	for what, do := range map[string]func([]byte) []byte{"first": flipFirst, "empty": empty, "half": half, "other": func([]byte) []byte { return []byte("{}") }} {
		files.change(key, do)
		before := files.keys("vectors/")
		for _, key := range before {
			old := time.Now().Add(-2 * time.Hour)
			if err := os.Chtimes(storage.LocalPath(files.root, key), old, old); err != nil {
				t.Fatal(err)
			}
		}
		d = start(t, store)
		found, err := d.Get(t.Context(), "i", 0)
		if err != nil || found.State != vector.Failed || !strings.Contains(found.Reason, key) || !strings.Contains(found.Reason, "put it back from a copy") || !strings.Contains(found.Reason, "drop") {
			t.Errorf("%s: %+v, %v", what, found, err)
		}
		if doc := d.want(503, "index_failed", "GET", "/vectors/index/i/load", ""); !strings.Contains(fmt.Sprint(doc["detail"]), key) {
			t.Errorf("%s: %v", what, doc["detail"])
		}
		if doc := d.want(200, "", "GET", "/ready", ""); !strings.Contains(fmt.Sprint(doc["notes"]), "the index i failed") || !strings.Contains(fmt.Sprint(doc["notes"]), key) {
			t.Errorf("%s: %v", what, doc)
		}
		d.stop()
		if after := files.keys("vectors/"); !slices.Equal(before, after) {
			t.Errorf("%s: there were %v, and are %v", what, before, after)
		}
		if err := os.WriteFile(storage.LocalPath(files.root, key), good, 0o600); err != nil {
			t.Fatal(err)
		}
		d = start(t, store)
		if n, err := d.Count(t.Context(), "i", nil); n != 20 || err != nil {
			t.Errorf("%s: %d items, %v", what, n, err)
		}
		d.stop()
	}
}

// A name whose object is a copy of another name's leads nowhere, and says so; dropping it
// takes nothing from the other.
func TestANameThatIsACopyOfAnother(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	files := filesOf(t, store)
	d.mustCreate("j", vector.Shape{Dimension: 2})
	d.mustAdd("j", items(0, 20, 2)...)
	d.want(200, "", "PUT", "/vectors/aliases/aj", `{"index":"j"}`)
	d.stop()
	put := func(name string, text []byte) {
		t.Helper()
		if _, _, err := store.Put(t.Context(), "vectors/names/"+name+".json", bytes.NewReader(text), -1, storage.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	pointer := files.read("vectors/names/j.json")
	unnamed := bytes.Replace(pointer, []byte(`"name":"j",`), nil, 1) // of an earlier build
	if bytes.Equal(pointer, unnamed) {
		t.Fatalf("it says no name: %s", pointer)
	}
	copies := map[string][]byte{"a-copy": pointer, "k": pointer, "l": unnamed, "al": files.read("vectors/names/aj.json")}
	for name, text := range copies {
		put(name, text)
	}
	before := files.keys("vectors/")
	d = start(t, store)
	for name := range copies {
		found, err := d.Get(t.Context(), name, 0)
		if err != nil || found.State != vector.Failed || !strings.Contains(found.Reason, "j") || !strings.Contains(found.Reason, "drop") {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
		d.want(503, "index_failed", "POST", "/vectors/index/"+name+"/add", `{"items":[{"id":"late","vector":[1,0]}]}`)
		d.want(204, "", "DELETE", "/vectors/index/"+name, "")
		d.want(404, "index_not_found", "GET", "/vectors/index/"+name, "")
	}
	d.mustAdd("j", items(20, 30, 2)...)
	d.stop()
	left := files.keys("vectors/")
	for _, key := range before {
		if name := strings.TrimSuffix(strings.TrimPrefix(key, "vectors/names/"), ".json"); copies[name] == nil && !slices.Contains(left, key) {
			t.Errorf("%s has gone", key)
		}
	}
	d = start(t, store)
	for _, name := range []string{"j", "aj"} {
		if n, err := d.Count(t.Context(), name, nil); n != 30 || err != nil {
			t.Errorf("%s: %d items, %v", name, n, err)
		}
	}
}
