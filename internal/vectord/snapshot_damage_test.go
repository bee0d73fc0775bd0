package vectord_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// bucket is the files of a storaged on this box.
type bucket struct {
	t     *testing.T
	store *storage.Client
	root  string
}

func filesOf(t *testing.T, store *storage.Client) bucket {
	t.Helper()
	buckets, err := store.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return bucket{t, store, buckets[0].Root}
}

// change writes what becomes of an object's bytes; nil removes it.
func (b bucket) change(key string, to func([]byte) []byte) {
	b.t.Helper()
	name := storage.LocalPath(b.root, key)
	was, err := os.ReadFile(name)
	if err != nil {
		b.t.Fatal(err)
	}
	if now := to(was); now != nil {
		err = os.WriteFile(name, now, 0o600)
	} else {
		err = os.Remove(name)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b bucket) read(key string) []byte {
	b.t.Helper()
	text, err := os.ReadFile(storage.LocalPath(b.root, key))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// put writes an object.
func (b bucket) put(key string, text []byte) {
	b.t.Helper()
	if _, _, err := b.store.Put(b.t.Context(), key, bytes.NewReader(text), -1, storage.Condition{}); err != nil {
		b.t.Fatal(err)
	}
}

// age makes what lies under a prefix older than what a start takes for litter, and lists it.
func (b bucket) age(prefix string) (keys []string) {
	b.t.Helper()
	keys = b.keys(prefix)
	for _, key := range keys {
		old := time.Now().Add(-2 * time.Hour)
		if err := os.Chtimes(storage.LocalPath(b.root, key), old, old); err != nil {
			b.t.Fatal(err)
		}
	}
	return keys
}

// keys lists what lies under a prefix.
func (b bucket) keys(prefix string) (keys []string) {
	b.t.Helper()
	for page, err := range b.store.Listings(b.t.Context(), prefix, "", 0) {
		if err != nil {
			b.t.Fatal(err)
		}
		for _, o := range page.Objects {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// part is the key of the first part of a snapshot's copy.
func (b bucket) part(snapshot string) string {
	b.t.Helper()
	return b.keys("vectors/snapshots/x/" + snapshot + "/index.")[0]
}

func flipAt(at func(length int) int) func([]byte) []byte {
	return func(b []byte) []byte {
		b[at(len(b))] ^= 4
		return b
	}
}

var (
	flipFirst  = flipAt(func(int) int { return 0 })
	flipMiddle = flipAt(func(n int) int { return n / 2 })
	empty      = func([]byte) []byte { return []byte{} }
	half       = func(b []byte) []byte { return b[:len(b)/2] }
	gone       = func([]byte) []byte { return nil }
)

// A damaged snapshot is listed with what is wrong with it, is not restored, and stands in the
// way of nothing: it can be dropped, and goes with an erasure that names it.
func TestDamagedSnapshots(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	files := filesOf(t, store)
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", items(0, 20, 2)...)
	about := func(s string) string { return "vectors/snapshots/x/" + s + "/about.json" }
	head := func(s string) string { return "vectors/snapshots/x/" + s + "/index" }
	other := func(key string) func([]byte) []byte { return func([]byte) []byte { return files.read(key) } }
	take := func(name string) {
		d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"`+name+`"}`)
	}
	take("good")
	d.mustAdd("x", items(20, 30, 2)...)
	harm := []struct {
		name string
		key  func(string) string
		do   func([]byte) []byte
		says string
	}{
		{"about-first", about, flipFirst, "does not fit its checksum"},
		{"about-middle", about, flipMiddle, "does not fit its checksum"},
		{"about-empty", about, empty, "is cut off"},
		{"about-cut", about, half, "is cut off"},
		{"about-other", about, other(about("good")), "it is of the snapshot good"},
		{"head-flipped", head, flipMiddle, "does not fit its checksum"},
		{"head-gone", head, gone, "no object"},
		{"part-gone", files.part, gone, "no object"},
		{"part-cut", files.part, half, "bytes"},
		{"part-flipped", files.part, flipMiddle, "does not fit its checksum"}, // which only a restoration reads
	}
	var names []string
	for _, c := range harm {
		take(c.name)
		names = append(names, `"`+c.name+`"`)
		files.change(c.key(c.name), c.do)
	}
	take("head-other")
	names = append(names, `"head-other"`)
	files.change(head("head-other"), other(head("good")))
	listed := damageOf(d)
	for _, c := range harm {
		if got, ok := listed[c.name]; !ok || c.name != "part-flipped" && (!strings.Contains(got, c.says) || !strings.Contains(got, "vectors/snapshots/x/"+c.name+"/")) {
			t.Errorf("%s is listed as damaged by %q, want %q", c.name, got, c.says)
		}
		doc := d.want(409, "snapshot_damaged", "POST", "/vectors/index/x/restore", `{"snapshot":"`+c.name+`"}`)
		for _, word := range []string{c.says, "from a copy", "remove"} {
			if !strings.Contains(fmt.Sprint(doc["detail"]), word) {
				t.Errorf("%s: %v, want %q", c.name, doc["detail"], word)
			}
		}
		d.want(409, "snapshot_exists", "POST", "/vectors/index/x/snapshot", `{"name":"`+c.name+`"}`)
	}
	if got := listed["head-other"]; !strings.Contains(got, "another copy") {
		t.Errorf("the head of another: %q", got)
	}
	if got, ok := damageOf(d)["part-flipped"]; !strings.Contains(got, "does not fit its checksum") {
		t.Errorf("what a restoration found is not told: %q, %v", got, ok)
	}
	files.change(files.part("part-flipped"), flipMiddle)
	d.want(200, "", "POST", "/vectors/index/x/restore", `{"snapshot":"part-flipped","as":"y"}`)
	if got, ok := damageOf(d)["part-flipped"]; got != "" || !ok {
		t.Errorf("what was put back is told as damaged: %q, %v", got, ok)
	}
	if n, err := d.Count(t.Context(), "x", nil); n != 30 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
	if got, ok := damageOf(d)["good"]; got != "" || !ok {
		t.Errorf("the good one: %q, %v", got, ok)
	}
	d.want(204, "", "DELETE", "/vectors/index/x/snapshots/about-first", "")
	d.want(404, "snapshot_not_found", "DELETE", "/vectors/index/x/snapshots/about-first", "")
	if left := files.keys("vectors/snapshots/x/about-first/"); len(left) > 0 {
		t.Errorf("left is %v", left)
	}
	d.want(409, "erase_unconfirmed", "POST", "/vectors/index/x/erase", `{"ids":["c-0001"],"snapshots":["good"]}`)
	d.want(200, "", "POST", "/vectors/index/x/erase", `{"ids":["c-0001"],"snapshots":["good",`+strings.Join(names, ",")+`]}`)
	if left := files.keys("vectors/snapshots/"); len(left) > 0 {
		t.Errorf("left is %v", left)
	}
}

// damageOf lists the snapshots of the index x with what is wrong with each.
func damageOf(d *daemon) map[string]string {
	d.t.Helper()
	all, err := d.Snapshots(context.WithoutCancel(d.t.Context()), "x")
	if err != nil {
		d.t.Error(err)
	}
	told := map[string]string{}
	for _, s := range all {
		if s.Index != "x" || s.CreatedAt.IsZero() {
			d.t.Errorf("%+v", s)
		}
		told[s.Name] = s.Damage
	}
	return told
}
