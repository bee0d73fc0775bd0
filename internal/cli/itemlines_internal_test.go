package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Batches are bounded by items and by bytes, keep the order, and know of each item in
// which line it stands.
func TestLinesBecomeBatches(t *testing.T) {
	var lines strings.Builder
	for n := 1; n <= 2500; n++ {
		fmt.Fprintf(&lines, "{\"id\":\"c-%d\",\"vector\":[%d,0.5]}\n\n", n, n)
	}
	huge := strings.Repeat("x", 7<<20)
	for i := range 3 {
		fmt.Fprintf(&lines, "{\"id\":\"h-%d\",\"text\":\"%s\"}\n", i, huge)
	}
	var got []int
	var size int64
	line := -1
	for b, err := range readBatches(strings.NewReader(lines.String())) {
		if err != nil {
			t.Fatal(err)
		}
		var items []vector.Item
		if err := json.Unmarshal(b.array(), &items); err != nil {
			t.Fatal(err)
		}
		got, size = append(got, len(items)), size+b.size
		for i, item := range items {
			if line += 2; strings.HasPrefix(item.ID, "h") {
				line = max(b.lines[i], 5001)
			}
			if b.lines[i] != line || strings.HasPrefix(item.ID, "c") && int(item.Vector[0]) != (line+1)/2 {
				t.Fatalf("%s is said to stand in line %d, and stands in %d", item.ID, b.lines[i], line)
			}
		}
	}
	if fmt.Sprint(got) != "[1000 1000 502 1]" || size != int64(lines.Len()) {
		t.Errorf("batches of %v, %d of %d bytes", got, size, lines.Len())
	}
}

// A model makes the vectors of a batch before it goes in: one of texts alone is short.
func TestTextsGoInShortBatches(t *testing.T) {
	lines := strings.Repeat("{\"id\":\"v\",\"vector\":[1],\"text\":\"welder\"}\n", 100) + strings.Repeat("{\"id\":\"t\",\"text\":\"welder\"}\n", 100)
	var got []int
	for b, err := range readBatches(strings.NewReader(lines)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, len(b.lines))
	}
	if fmt.Sprint(got) != "[164 36]" {
		t.Errorf("batches of %v", got)
	}
}

// A line that is no item is named, and what is wrong with it.
func TestABadLineIsNamed(t *testing.T) {
	good := `{"id":"a","vector":[1],"metadata":{"anything":{"at":"all"}}}`
	for line, says := range map[string]string{
		`{"id":"a","vector":[1]`:                "line 3: it is no item, which looks like {\"id\"",
		`{"id":"a","vectr":[1]}`:                `unknown field "vectr"`,
		`{"ID":"a","vector":[1]}`:               `line 3: it is no item`,
		`{"vector":[1]}`:                        "it has no id",
		`[1]`:                                   "line of its own, without the brackets",
		`7`:                                     "it takes an object, not number",
		`{"id":"a","vector":[1]} {"id":"b"}`:    "more follows the item",
		`{"id":"a","metadata":{"b":1,"b":2}}`:   `duplicate object member name "b"`,
		`{"id":"a","id":"b","vector":[1]}`:      "duplicate",
		`{"id":7,"vector":[1]}`:                 `"id" takes a string, not number; write it in quotes`,
		`{"id":"a","vector":[1,1e39]}`:          "larger than 3.4",
		`{"id":"a","vector":[NaN]}`:             "no item",
		`{"id":"a","vector":["1"]}`:             "array of numbers",
		"{\"id\":\"\xff\",\"vector\":[1]}":      "not UTF-8",
		"\x1f\x8b\x08\x00\xff":                  "gzip",
		strings.Repeat(" ", maxLine+1) + "{}\n": "line 3 is longer than",
	} {
		var err error
		for _, e := range readBatches(strings.NewReader(good + "\n\n" + line + "\n" + good)) {
			err = e
		}
		if err == nil || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60s: %v, want %q", line, err, says)
		}
	}
}

// The mark that some programs put before UTF-8 is not of the first item.
func TestAMarkBeforeTheFirstLine(t *testing.T) {
	for b, err := range readBatches(strings.NewReader("\ufeff" + `{"id":"a","vector":[1]}`)) {
		if err != nil || string(b.items) != `{"id":"a","vector":[1]}` {
			t.Errorf("%s, %v", b.items, err)
		}
	}
}
