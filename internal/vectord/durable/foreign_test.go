package durable_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// An object of another index in the place of one that is needed is no damage to go on with:
// what belongs there may be put back.
func TestAnotherIndexsObject(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	written(t, s, o)
	foreign := o
	foreign.ID = "0198-foreign"
	y := create(t, foreign)
	add(t, y, batch("foreign", 1)...)
	shut(t, y)
	key := keys(t, s, "log/")[3]
	was, err := os.ReadFile(file(t, s, key))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(file(t, s, "vectors/0198-foreign/log/00000000000000000001"))
	if err == nil {
		err = os.WriteFile(file(t, s, key), other, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	var unreadable *durable.UnreadableError
	if _, err := durable.Open(t.Context(), o, nil); !errors.As(err, &unreadable) || !strings.Contains(err.Error(), key) {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(file(t, s, key), was, 0o600); err != nil {
		t.Fatal(err)
	}
	x := open(t, o)
	if got := batches(t, x); got != "01234567" || len(x.Stats().Damage) > 0 {
		t.Errorf("put back: %s, %+v", got, x.Stats().Damage)
	}
	shut(t, x)
}
