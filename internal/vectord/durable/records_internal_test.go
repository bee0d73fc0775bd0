package durable

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
)

// What is applied at once of a log is bounded in bytes, however large each item is.
func TestStepsAreBoundedInBytes(t *testing.T) {
	x, err := Create(t.Context(), Options{ID: "x", Kernels: simd.Best(), Engine: engine.Config{Dimension: 2, MaxItems: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close(t.Context())
	metadata := fmt.Sprintf(`{"text":%q}`, strings.Repeat("x", 60_000))
	var items []engine.Item
	for n := range 400 { // 24 MB
		items = append(items, engine.Item{ID: fmt.Sprint(n), Vector: []float32{1, float32(n)}, Metadata: []byte(metadata)})
	}
	b, err := x.engine.Check(items)
	if err != nil {
		t.Fatal(err)
	}
	body, err := encode(journal.Header{Index: x.of, First: 1, Last: 1}, []*request{{change: putting(b)}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	c := &checker{replay: &replay{x: x}, give: func(s step) error {
		if bytes := s.put.Len() * len(metadata); bytes > 9<<20 {
			t.Errorf("%d bytes at once", bytes)
		}
		all += s.put.Len()
		return nil
	}}
	if err := c.eachRecord(bytes.NewReader(body), c.take); err != nil {
		t.Fatal(err)
	}
	if err := c.flush(); err != nil || all != len(items) {
		t.Errorf("%d items of %d, %v", all, len(items), err)
	}
}
