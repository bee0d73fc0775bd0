package loading

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// A change whose answer was lost is counted where it was made, with the texts that were cut, and
// not where it was not.
func TestALostAnswerIsCounted(t *testing.T) {
	open := create(t, testbed.StartStoraged(t))
	j := (&Loader{ctx: t.Context()}).newJob(&Target{}, record{})
	defer j.end()
	tally := newTally(j, func(int, int, int) {})
	tally.begin()
	for id, made := range map[string]bool{"a": true, "b": false} {
		items := []engine.Item{{ID: id, Vector: vector.Vector{1, 0}, Metadata: []byte(`{}`)}}
		tally.mayAdd(open, items, 1)
		if made {
			if _, err := open.Add(t.Context(), items); err != nil {
				t.Fatal(err)
			}
		}
		if err := tally.resolve(t.Context(), open); err != nil {
			t.Fatal(err)
		}
	}
	if load := j.look(); load.Added != 1 || load.Truncated != 1 {
		t.Errorf("%d added, %d truncated", load.Added, load.Truncated)
	}
}
