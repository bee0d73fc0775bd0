package vectord

import (
	"bytes"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A bit of a name's object that is another one changes nothing of where it leads, or is
// noticed.
func TestABitOfAName(t *testing.T) {
	yes := true
	for what, p := range map[string]pointer{
		"index": {ID: "0198c3c4", Shape: vector.Shape{Dimension: 8, Metric: vector.Dot, TextFields: []string{"a"}, Persist: &yes}, CreatedAt: time.Unix(1e9, 0).UTC()},
		"alias": {AliasOf: "x"},
	} {
		raw, err := p.encode("name")
		if err != nil {
			t.Fatal(err)
		}
		same := func(q pointer) bool {
			again, err := q.encode("name")
			return err == nil && q.broken == nil && q.Name == "name" && bytes.Equal(raw, again)
		}
		if !same(decodePointer("name", raw)) {
			t.Fatalf("%s: %s is not read", what, raw)
		}
		noticed := 0
		for bit := range len(raw) * 8 {
			other := bytes.Clone(raw)
			other[bit/8] ^= 1 << (bit % 8)
			switch q := decodePointer("name", other); {
			case q.broken != nil:
				noticed++
			case !same(q):
				t.Errorf("%s: %s leads elsewhere, and nobody says so", what, other)
			}
		}
		if noticed < len(raw)*8*8/10 {
			t.Errorf("%s: only %d of %d were noticed", what, noticed, len(raw)*8)
		}
	}
}
