package cli

import (
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A list of indexes shows which of them have lost something.
func TestAListShowsDamage(t *testing.T) {
	x := vector.Index{Name: "people", State: vector.Serving, Stats: &vector.Stats{Durable: &vector.Durable{}}}
	if got := indexRow(x); !slices.Contains(got, "ready") {
		t.Errorf("%q", got)
	}
	x.Stats.Durable.Damage = []vector.Damage{{Detail: "lost"}}
	if got := indexRow(x); !slices.Contains(got, "ready, damaged") {
		t.Errorf("%q", got)
	}
}
