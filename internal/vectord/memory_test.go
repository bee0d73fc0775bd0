package vectord_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// named gives metadata with so many fields whose names are its own.
func named(from, fields int) json.RawMessage {
	var list []string
	for n := range fields {
		list = append(list, fmt.Sprintf(`"field-%d":1`, from+n))
	}
	return json.RawMessage("{" + strings.Join(list, ",") + "}")
}

// Metadata may bring 10,000 names of fields; what would bring more is refused whole, by an add
// and by an update, and what brings none is not.
func TestNamesOfFieldsAreBounded(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2, TextFields: []string{}})
	at := func(n int) vector.Item {
		return vector.Item{ID: fmt.Sprint(n), Vector: vector.Vector{1, 0}, Metadata: named(n*1000, 1000)}
	}
	for n := range 9 {
		d.mustAdd("x", at(n))
	}
	body := func(items ...vector.Item) string {
		raw, err := json.Marshal(map[string]any{"items": items})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	doc := d.want(400, "index_fields", "POST", "/vectors/index/x/add", body(at(9), vector.Item{ID: "more", Vector: vector.Vector{1, 0}, Metadata: named(77_777, 1)}))
	if doc["limit"] != 10_000.0 || doc["fields"] != 10_001.0 || !strings.Contains(fmt.Sprint(doc["detail"]), "as a value") {
		t.Errorf("%v", doc)
	}
	d.mustAdd("x", at(9))
	d.mustAdd("x", vector.Item{ID: "known", Vector: vector.Vector{1, 0}, Metadata: named(5_000, 3)})
	d.want(400, "index_fields", "POST", "/vectors/index/x/metadata", `{"ids":["known"],"set":{"another":1}}`)
	d.want(200, "", "POST", "/vectors/index/x/metadata", `{"ids":["known"],"set":{"field-1":2}}`)
	if x, err := d.Get(t.Context(), "x", 0); err != nil || x.Count != 11 || x.Stats.Fields != 10_000 {
		t.Errorf("%+v, %v", x, err)
	}
}

// What all indexes take is told by each, with ids, what filters and words need, and what was
// dropped no more; a restart comes to about the same.
func TestWhatAllIndexesTake(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	all := func() int64 {
		t.Helper()
		x, err := d.Get(t.Context(), "one", 0)
		if err != nil {
			t.Fatal(err)
		}
		m := x.Stats.Memory
		for part, n := range map[string]int64{"vectors": m.Vectors, "ids": m.IDs, "metadata": m.Metadata, "values": m.Values, "lexical": m.Lexical} {
			if n < 200*16 {
				t.Errorf("200 items have %d bytes of %s", n, part)
			}
		}
		return m.All
	}
	fill := func(name string) {
		d.mustCreate(name, vector.Shape{Dimension: 8})
		list := items(0, 200, 8)
		for i := range list {
			list[i].Text = new(fmt.Sprintf("a text of the item %d", i))
		}
		d.mustAdd(name, list...)
	}
	fill("one")
	alone := all()
	fill("two")
	if both := all(); both < alone*19/10 || both > alone*21/10 {
		t.Errorf("one index takes %d bytes, and two like it %d", alone, both)
	}
	d.want(204, "", "DELETE", "/vectors/index/two", "")
	d.until(func() bool { return all() < alone*11/10 }) // once it is closed
	d.stop()
	d = start(t, store)
	if again := all(); again > alone*13/10 || again < alone*7/10 {
		t.Errorf("an index takes %d bytes, and %d after a restart", alone, again)
	}
}
