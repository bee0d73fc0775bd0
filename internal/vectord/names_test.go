package vectord_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

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
		before := files.age("vectors/")
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
		files.put(key, good)
		d = start(t, store)
		if n, err := d.Count(t.Context(), "i", nil); n != 20 || err != nil {
			t.Errorf("%s: %d items, %v", what, n, err)
		}
		d.stop()
	}
}

// A name that was overwritten with another one's object loses nothing either, were it noted
// that its index is about to lose it, or not.
func TestANameThatWasOverwrittenLosesNothing(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	files := filesOf(t, store)
	for name, count := range map[string]int{"i": 20, "j": 30} {
		d.mustCreate(name, vector.Shape{Dimension: 2})
		d.mustAdd(name, items(0, count, 2)...)
	}
	made, err := d.Get(t.Context(), "j", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.stop()
	const key = "vectors/names/j.json"
	good, other := files.read(key), files.read("vectors/names/i.json")
	for what, text := range map[string][]byte{"a copy": other, "one of an earlier build": bytes.Replace(other, []byte(`"name":"i",`), nil, 1)} {
		for _, condemned := range []bool{false, true} {
			if condemned {
				files.put("vectors/condemned/"+made.ID, []byte("{}"))
			}
			files.put(key, text)
			before := files.age("vectors/")
			d = start(t, store)
			if found, err := d.Get(t.Context(), "j", 0); err != nil || found.State != vector.Failed {
				t.Errorf("%s: %+v, %v", what, found, err)
			}
			d.stop()
			if after := files.keys("vectors/"); !slices.Equal(before, after) {
				t.Errorf("%s: there were %v, and are %v", what, before, after)
			}
			files.put(key, good)
			d = start(t, store)
			for name, count := range map[string]int{"i": 20, "j": 30} {
				if n, err := d.Count(t.Context(), name, nil); n != count || err != nil {
					t.Errorf("%s: %s has %d items, %v", what, name, n, err)
				}
			}
			testbed.Until(t, what+": no index that has its name is noted as one that loses it", func() bool { return len(files.keys("vectors/condemned/")) == 0 })
			d.stop()
		}
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
	pointer := files.read("vectors/names/j.json")
	unnamed := bytes.Replace(pointer, []byte(`"name":"j",`), nil, 1) // of an earlier build
	if bytes.Equal(pointer, unnamed) {
		t.Fatalf("it says no name: %s", pointer)
	}
	copies := map[string][]byte{"a-copy": pointer, "k": pointer, "l": unnamed, "al": files.read("vectors/names/aj.json")}
	for name, text := range copies {
		files.put("vectors/names/"+name+".json", text)
	}
	before := files.keys("vectors/")
	d = start(t, store)
	for name := range copies {
		found, err := d.Get(t.Context(), name, 0)
		if err != nil || found.State != vector.Failed || !strings.Contains(found.Reason, "j") || !strings.Contains(found.Reason, "drop") {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
		d.want(503, "index_failed", "POST", "/vectors/index/"+name+"/add", `{"items":[{"id":"late","vector":[1,0]}]}`)
		d.want(503, "index_failed", "POST", "/vectors/index/"+name+"/add", `{"items":[{"id":"late","text":"nurse"}]}`)
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
