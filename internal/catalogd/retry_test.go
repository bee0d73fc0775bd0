package catalogd_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
)

func TestSameContentAgain(t *testing.T) {
	h := open(t)
	a := put(t, h.storage, "in/a.parquet", people(t, "Ada", 36, false))
	b := put(t, h.storage, "in/b.parquet", people(t, "Bob", 41, false))
	note := json.RawMessage(`{"file":"a.csv"}`)
	load := func(mode catalog.Mode, hash string, ref catalog.ObjectRef, note json.RawMessage) catalog.Registered {
		t.Helper()
		return h.register(t, catalog.Registration{Name: "people", Mode: mode, Objects: objects(ref), ContentHash: hash, Note: note})
	}
	check := func(what string, got catalog.Registered, version, rows, added int64, unchanged bool) {
		t.Helper()
		if got.Version != version || got.Rows != rows || got.AddedRows != added || got.Unchanged != unchanged {
			t.Errorf("%s: version %d, %d rows, %d added, unchanged %t", what, got.Version, got.Rows, got.AddedRows, got.Unchanged)
		}
	}
	check("first", load(catalog.Replace, "sha256:a", a, note), 1, 1, 1, false)
	again := load(catalog.Replace, "sha256:a", a, json.RawMessage(`{"file":"other.csv"}`))
	check("the same replaced", again, 1, 1, 1, true)
	if string(again.Note) != string(note) {
		t.Errorf("the note is %s, not the first one", again.Note)
	}
	check("the same appended", load(catalog.Append, "sha256:a", a, nil), 1, 1, 1, true)
	check("another appended", load(catalog.Append, "sha256:b", b, nil), 2, 2, 1, false)
	check("the first appended again", load(catalog.Append, "sha256:a", a, nil), 2, 2, 1, true)
	check("one of two replaced: the version holds more", load(catalog.Replace, "sha256:a", a, nil), 3, 1, 1, false)
	check("the other appended: it is gone since", load(catalog.Append, "sha256:b", b, nil), 4, 2, 1, false)
	twice := h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(b), ContentHash: "sha256:b", AllowDuplicate: true})
	check("allow_duplicate", twice, 5, 3, 1, false)
	h.refused(t, catalog.ErrDatasetExists, catalog.Registration{Name: "people", Mode: catalog.Create, Objects: objects(a), ContentHash: "sha256:a"}, "people")
	byObjects := catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(a)}
	check("known by its objects", h.register(t, byObjects), 6, 4, 1, false)
	check("known by its objects, again", h.register(t, byObjects), 6, 4, 1, true)
	put(t, h.storage, a.Key, people(t, "Ann", 3, false))
	check("the object has other bytes now", h.register(t, byObjects), 7, 5, 1, false)
}

func TestIdempotencyKey(t *testing.T) {
	h := open(t)
	a := put(t, h.storage, "in/a.parquet", people(t, "Ada", 36, false))
	b := put(t, h.storage, "in/b.parquet", parquetOf(t, `[{"x":1}]`, field("x", arrowLong, 0)))
	reg := catalog.Registration{Name: "people", Objects: objects(a)}
	call := func(h house, reg catalog.Registration, key string) (catalog.Registered, bool) {
		t.Helper()
		answer, created, err := h.Register(t.Context(), reg, key)
		if err != nil {
			t.Fatal(err)
		}
		return answer, created
	}
	first, created := call(h, reg, "k1")
	if !created || first.Version != 1 {
		t.Fatalf("the first answer is %+v", first)
	}
	other := catalog.Registration{Name: "people", Objects: objects(b), Schema: catalog.ReplaceSchema}
	if second, _ := call(h, other, "k2"); second.Version != 2 || second.Fingerprint == first.Fingerprint {
		t.Fatalf("the second version is %+v", second)
	}
	check := func(t *testing.T, h house) {
		again, created := call(h, reg, "k1")
		if created || again.Version != 1 || again.SnapshotID != first.SnapshotID || again.Fingerprint != first.Fingerprint || len(again.Columns) != 2 {
			t.Errorf("the retry is answered with %+v", again)
		}
		_, _, err := h.Register(t.Context(), other, "k1")
		expect(t, err, catalog.ErrIdempotencyReused, "k1")
		receipt, err := h.Receipt(t.Context(), catalog.ReceiptOf{Name: "people", Mode: catalog.Replace}, "k1")
		if err != nil || receipt.Version != 1 {
			t.Errorf("the receipt is %+v, %v", receipt, err)
		}
		_, err = h.Receipt(t.Context(), catalog.ReceiptOf{Name: "people", Mode: catalog.Replace, ContentHash: "sha256:other"}, "k1")
		expect(t, err, catalog.ErrIdempotencyReused)
		_, err = h.Receipt(t.Context(), catalog.ReceiptOf{Name: "people", Mode: catalog.Replace, ContentHash: "sha256:other"}, "k3")
		expect(t, err, catalog.ErrReceiptNotFound)
	}
	t.Run("at once", func(t *testing.T) { check(t, h) })
	t.Run("after a restart", func(t *testing.T) {
		check(t, house{Client: start(t, h.storage, catalogd.Defaults()), storage: h.storage})
	})
}

// TestManyReceipts: content and keys are recognised however many came since,
// and the pointer, which every commit writes, stays small.
func TestManyReceipts(t *testing.T) {
	h := open(t)
	const appends = 1200 // more than a pointer and all segments before a merge
	first := h.register(t, catalog.Registration{Name: "people", Columns: []catalog.Column{{Name: "x", Type: "long", Nullable: true}}})
	content := func(i int) catalog.Registration {
		return catalog.Registration{Name: "people", Mode: catalog.Append, ContentHash: fmt.Sprint("sha256:", i), Note: json.RawMessage(fmt.Sprint(i))}
	}
	key := func(i int) string { return fmt.Sprint("key-", i) }
	var next atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < appends; i = int(next.Add(1)) - 1 {
				if _, created, err := h.Register(t.Context(), content(i), key(i)); err != nil || !created {
					t.Errorf("append %d: created %t, %v", i, created, err)
				}
			}
		})
	}
	group.Wait()
	if pointer := get(t, h.storage, "catalog/default/people.json"); len(pointer) > 64<<10 {
		t.Errorf("the pointer has %d bytes", len(pointer))
	}
	for name, h := range map[string]house{"at once": h, "after a restart": {Client: start(t, h.storage, catalogd.Defaults()), storage: h.storage}} {
		t.Run(name, func(t *testing.T) {
			for i := 0; i < appends; i += 97 {
				answer := h.register(t, content(i))
				if !answer.Unchanged || string(answer.Note) != fmt.Sprint(i) {
					t.Fatalf("content %d is answered with %+v", i, answer)
				}
				answer, created, err := h.Register(t.Context(), content(i), key(i))
				if err != nil || created {
					t.Fatalf("key %d: created %t, %v", i, created, err)
				}
			}
		})
	}
	h.register(t, catalog.Registration{Name: "people", ContentHash: "sha256:new", Columns: []catalog.Column{{Name: "x", Type: "long", Nullable: true}}})
	answer, created, err := h.Register(t.Context(), content(5), key(5))
	if err != nil || created {
		t.Errorf("a key of content that was replaced: created %t, %v", created, err)
	}
	if answer.Version == first.Version {
		t.Errorf("the key is answered with %+v", answer)
	}
	if again := h.register(t, content(6)); again.Unchanged {
		t.Errorf("replaced content is said to be there: %+v", again)
	}
}
