package durable_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// What words find is the same to the last bit when an index is opened again, also where the
// words of the newest generation are damaged.
func TestWordsAreOpened(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Engine.TextFields = []string{"text"}
	x := create(t, o)
	r := rand.New(rand.NewPCG(1, 1))
	for round := range 3 {
		var items []engine.Item
		for range 300 {
			n := r.IntN(400)
			items = append(items, item(fmt.Sprint("i-", n), uint64(n), fmt.Sprintf(`{"n":%d,"text":"common word%d word%d %s"}`, n, n%7, r.IntN(90), strings.Repeat("long ", n%9))))
		}
		add(t, x, items...)
		if _, _, err := x.Delete(t.Context(), durable.Selection{IDs: []string{fmt.Sprint("i-", r.IntN(400)), fmt.Sprint("i-", r.IntN(400))}}); err != nil {
			t.Fatal(err)
		}
		if round < 2 {
			if _, err := x.WriteGeneration(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	x.Engine().Mend()
	answers := func(x *durable.Index) (all [][]engine.Hit) {
		x.Engine().Mend() // else texts that were replaced just now count
		for _, text := range []string{"common", "word3 long", "word11 word12 word5"} {
			hits, err := x.Engine().Search(engine.Query{Text: text, K: 500})
			if err != nil || len(hits) < 5 {
				t.Fatalf("%q: %d hits, %v", text, len(hits), err)
			}
			all = append(all, hits)
		}
		return all
	}
	want := answers(x)
	shut(t, x)
	for _, at := range []float64{-1, .8, .95, .999} {
		if at > 0 {
			written := keys(t, s, "generations/")
			spoil(t, s, written[len(written)-1], at)
		}
		x := open(t, o)
		if got := answers(x); !reflect.DeepEqual(got, want) {
			t.Errorf("damaged at %v: other answers", at)
		}
		if d := x.Stats().Damage; at < 0 && len(d) > 0 || at > 0 && (len(d) == 0 || !strings.Contains(d[len(d)-1].Detail, "does not fit its checksum")) {
			t.Errorf("damaged at %v: %+v", at, d)
		}
		if at > 0 {
			testbed.Until(t, "a fresh generation", func() bool { s := x.Stats(); return s.Generations[len(s.Generations)-1].Sequence == s.Sequence })
		}
		shut(t, x)
	}
}
