package lexical

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// saved gives what a view writes.
func saved(t testing.TB, v *View) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := v.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// upTo gives the slots below n.
func upTo(n int) (slots []uint32) {
	for s := range uint32(n) {
		slots = append(slots, s)
	}
	return slots
}

func loaded(t testing.TB, data []byte, slots int) *Index {
	t.Helper()
	x := New(usual)
	from := bytes.NewReader(data)
	if used, err := x.Load(from, upTo(slots)); err != nil || !used || from.Len() > 0 {
		t.Fatalf("%v, %v, %d bytes are left", used, err, from.Len())
	}
	return x
}

// scribble does the same random writes on some indexes.
func scribble(seed uint64, writes, slots, most int, indexes ...*Index) {
	r := rand.New(rand.NewPCG(seed, 11))
	for i := range writes {
		slot, to, kind, s := uint32(r.IntN(slots)), uint32(r.IntN(slots)), r.IntN(10), text(r, most)
		if i < slots && i%2 == 0 {
			slot = uint32(i) // as a fresh index fills
		}
		if r.IntN(20) == 0 {
			s += " only" + string(rune('a'+r.IntN(26))) + string(rune('a'+r.IntN(26)))
		}
		compact := r.IntN(writes) < 2
		for _, x := range indexes {
			switch kind {
			case 0, 1:
				x.Remove(slot)
			case 2:
				x.Moved(slot, to)
			default:
				x.Set(slot, s)
			}
			if compact {
				x.Compact()
			}
		}
	}
}

// alike holds the answers of two indexes against each other, to the last bit, and what
// they count.
func alike(t *testing.T, got, want *Index, seed uint64, slots int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 12))
	for range 6 {
		var allowed []uint64
		if r.IntN(2) == 0 {
			allowed = bitmap(r, slots, .3)
		}
		query, k := text(r, 1+r.IntN(8)), 1+r.IntN(40)
		if a, b := got.Search(query, k, allowed), want.Search(query, k, allowed); !slices.Equal(a, b) {
			t.Fatalf("%q finds %v, want %v", query, a, b)
		}
		a, b := got.Ask(query), want.Ask(query)
		if x, y := a.Scores(upTo(slots)), b.Scores(upTo(slots)); !slices.Equal(x, y) {
			t.Fatalf("%q scores %v, want %v", query, x, y)
		}
		a.Close()
		b.Close()
	}
	a, b := got.Stats(), want.Stats()
	a.Bytes, b.Bytes, a.Idle, b.Idle = 0, 0, 0, 0
	if a != b {
		t.Fatalf("%+v, want %+v", a, b)
	}
}

// What is saved and loaded answers as what it was made of, and changes as that does; what
// was changed after the view was taken is not in it.
func TestWhatIsSavedIsLoaded(t *testing.T) {
	run := rand.Uint64()
	t.Logf("seed %d", run)
	for _, c := range []struct{ slots, writes, most int }{{1, 1, 1}, {40, 200, 5}, {700, 3000, 30}, {9000, 9000, 9}} {
		x := New(usual)
		scribble(run, c.writes, c.slots, c.most, x)
		for round := range uint64(3) {
			view, other := x.View(), x.View()
			still := loaded(t, saved(t, view), c.slots)
			alike(t, still, x, run+round, c.slots)
			reckoned(t, still)
			scribble(run+round+1, c.writes/3, c.slots, c.most, x)
			y := loaded(t, saved(t, other), c.slots)
			alike(t, y, still, run+round, c.slots)
			scribble(run+round+1, c.writes/3, c.slots, c.most, y)
			alike(t, y, x, run+round, c.slots)
			reckoned(t, y)
			x = y
		}
	}
	empty := loaded(t, saved(t, New(usual).View()), 0)
	alike(t, empty, New(usual), run, 10)
	empty.Set(3, "and it goes on")
	if got := empty.Search("on", 1, nil); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// While an index is loaded it tells how much it takes by then.
func TestWhatIsLoadedIsTold(t *testing.T) {
	x := New(usual)
	for s := range uint32(20_000) {
		x.Set(s, fmt.Sprintf("plain w%d %d", s%1000, s))
	}
	data := saved(t, x.View())
	y, told := New(usual), []int64{}
	from := readerFunc(func(p []byte) (int, error) {
		told = append(told, y.Stats().Bytes)
		n := copy(p, data)
		data = data[n:]
		return n, nil
	})
	if used, err := y.Load(from, upTo(20_000)); !used || err != nil {
		t.Fatal(err)
	}
	if got := y.Stats().Bytes; !slices.IsSorted(told) || told[len(told)-1] < got/4 || told[len(told)-1] > got {
		t.Errorf("it told %d, and takes %d", told, got)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A word that no text has any more is in nothing that is saved, though the index knows it.
func TestNoWordIsSavedOfWhatWasRemoved(t *testing.T) {
	x := New(usual)
	for s := range uint32(500) {
		x.Set(s, "plain")
	}
	x.Set(7, "plain whispered")
	x.Set(8, "whispered twice")
	if !bytes.Contains(saved(t, x.View()), []byte("whispered")) {
		t.Fatal("the test sees no word")
	}
	x.Remove(7)
	x.Set(8, "plain")
	if got := x.Stats(); got.Idle != 2 {
		t.Errorf("%+v", got)
	}
	for _, word := range []string{"whispered", "twice"} {
		if bytes.Contains(saved(t, x.View()), []byte(word)) {
			t.Errorf("%s is saved", word)
		}
	}
	alike(t, loaded(t, saved(t, x.View()), 500), x, 1, 500)
}

// An index is written while it changes.
func TestAViewIsWrittenWhileTheIndexChanges(t *testing.T) {
	x := New(usual)
	scribble(1, 2000, 400, 20, x)
	var group sync.WaitGroup
	for seed := range uint64(2) {
		group.Go(func() { scribble(seed, 2000, 400, 20, x) })
	}
	for range 8 {
		loaded(t, saved(t, x.View()), 400)
	}
	group.Wait()
}

// What a text's words are is saved by its rules: whoever changes the rules, or a library
// that has some, has to change their number too.
func TestRulesHaveTheirNumber(t *testing.T) {
	const known = 0xc85b02991caa5c0a
	sum := uint64(14695981039346656037)
	for r := rune(1); r < 0x20000; r++ {
		for _, text := range []string{"a" + string(r) + "b", "1" + string(r) + string(r) + "\u0301 x"} {
			for _, word := range words(text) {
				for i := range len(word) {
					sum = (sum ^ uint64(word[i])) * 1099511628211
				}
				sum = (sum ^ 0x100) * 1099511628211
			}
		}
	}
	if sum != known {
		t.Errorf("with rules %d the words of many texts sum up to %#x now, and did to %#x: a word that is saved may not be found any more. Raise rules by one, and put this sum here", rules, sum, uint64(known))
	}
}
