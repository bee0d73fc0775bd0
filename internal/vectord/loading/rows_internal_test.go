package loading

import (
	"errors"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A row that is not whole is no end of the rows: what is said to be all of them has all of
// them. Nor is one taken that is longer than any item.
func TestRowsAreWhole(t *testing.T) {
	open := create(t, testbed.StartStoraged(t))
	take := func(text string) error {
		j := (&Loader{ctx: t.Context()}).newJob(&Target{}, record{})
		defer j.end()
		tally := newTally(j, func(int, int, int) {})
		tally.begin()
		rows := &rows{pipeline: pipeline{open: open, tally: tally, admit: func([]engine.Item, int) error { return nil }, making: t.Context()}, at: map[string]int{}}
		return rows.take(t.Context(), strings.NewReader(text))
	}
	whole := `{"id":"a","vector":[1,0]}` + "\n"
	if err := take(whole + whole); err != nil {
		t.Error(err)
	}
	for _, rest := range []string{`{"id":"b","vector":[1,0]}`, `{"id":"b",`} {
		err := take(whole + rest)
		if _, cut := errors.AsType[*cutError](err); !cut || !transient(err) {
			t.Errorf("%q: %v", rest, err)
		}
	}
	long := `{"id":"b","text":"` + strings.Repeat("x", maxRow) + `","vector":[1,0]}` + "\n"
	if p := wire.AsProblem(take(whole + long)); !p.Is(vector.ErrBadItem) || p.Fields["row"] != int64(2) {
		t.Error(p)
	}
}
