package durable

import (
	"bytes"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// What is told of damage is the same after it was kept, also where it would be cut within a
// letter: else each start told it anew.
func TestDamageIsTheSameAfterItWasKept(t *testing.T) {
	x, err := Create(t.Context(), Options{ID: "x", Kernels: simd.Best(), Engine: engine.Config{Dimension: 2}})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close(t.Context())
	harm := func() { x.harmed("key", "a%s", strings.Repeat("ü", damageDetail)) }
	harm()
	raw, err := sealed.EncodeRecord(damageRecord{damageFormat, x.damage})
	if err != nil {
		t.Fatal(err)
	}
	var kept damageRecord
	if err := sealed.DecodeRecord(bytes.NewReader(raw), &kept); err != nil {
		t.Fatal(err)
	}
	x.damage = kept.Damage
	harm()
	if got := x.Stats().Damage; len(got) != 1 || len(got[0].Detail) > damageDetail {
		t.Errorf("%d are told, the first with %d bytes", len(got), len(got[0].Detail))
	}
}
