package lexical

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// While words are forgotten texts are written, and searched: with words that are about to be
// forgotten, with new ones, and others that nobody uses any more.
func TestTextsAreWrittenWhileWordsAreForgotten(t *testing.T) {
	x, m := New(usual), &model{usual, map[uint32][]string{}}
	r := rand.New(rand.NewPCG(5, 6))
	set := func(slot uint32, text string) {
		x.Set(slot, text)
		m.set(slot, text)
	}
	check := func() {
		t.Helper()
		for _, query := range []string{"a b c", "left3 left4 left5", "back1 back2 a", "fresh0 fresh1 gone1", "only7 b"} {
			m.check(t, x, query, 40, nil)
		}
		m.counted(t, x)
	}
	for slot := range uint32(300) {
		set(slot, fmt.Sprintf("%s left%d only%d", text(r, 9), slot%10, slot))
	}
	for slot := range uint32(100) { // leaves words that no text has
		set(300+slot, fmt.Sprintf("back%d gone%d", slot, slot))
		set(300+slot, "")
	}
	f := x.beginForgetting()
	write := func(from uint32) {
		for slot := from; slot < 400; slot += 4 {
			set(slot, fmt.Sprintf("%s back%d fresh%d", text(r, 5), slot%7, slot%3))
		}
		x.Remove(from + 1)
		m.set(from+1, "")
		x.Moved(from+2, 410+from)
		m.moved(from+2, 410+from)
		x.Set(399, "unheard") // new, and gone again
		x.Set(399, "")
		m.set(399, "")
	}
	write(0)
	check()
	f.rename()
	write(1)
	check()
	before := x.Stats()
	x.endForgetting(f)
	check()
	if after := x.Stats(); after.Idle > before.Idle-100 || after.Terms != before.Terms {
		t.Errorf("%d words that no text has before, %d after; of the others %d and %d", before.Idle, after.Idle, before.Terms, after.Terms)
	}
	write(2)
	check()
	x.Compact()
	check()
	if s := x.Stats(); s.Idle != 0 {
		t.Errorf("%d words that no text has are left", s.Idle)
	}
}
