package durable_test

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// Whoever kept a sequence number sees by it that items may have been lost since: at once by
// Unsettled, and for good by the number, which is another one once that is over.
func TestWhatIsLostChangesTheSequence(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	x := create(t, o)
	add(t, x, batch("b0", 3)...)
	add(t, x, batch("b1", 3)...)
	before := x.Stats()
	if before.Unsettled {
		t.Errorf("nothing is damaged: %+v", before)
	}
	shut(t, x)
	logs := keys(t, s, "log/")
	spoil(t, s, logs[len(logs)-1], .5)
	x = open(t, o)
	if got := x.Stats(); !got.Unsettled && got.Sequence == before.Sequence {
		t.Errorf("nothing tells that items are lost: %+v", got)
	}
	mended := func() bool { got := x.Stats(); return len(got.Generations) == 2 }
	testbed.Until(t, "a fresh generation", mended)
	for range 2 {
		got := x.Stats()
		if got.Unsettled || got.Sequence != before.Sequence+1 || len(got.Damage) != 1 {
			t.Errorf("%d was the number, and now: %+v", before.Sequence, got)
		}
		x = reopen(t, x, o)
	}
	shut(t, x)
}
