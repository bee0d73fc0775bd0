package lexical

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// sample gives an index of 300 texts, of which each word is in some.
func sample() *Index {
	x := New(usual)
	for s := range uint32(300) {
		x.Set(s, fmt.Sprintf("common w%d %s", s%7, strings.Repeat("long ", int(s%9))))
	}
	return x
}

// What is saved with other texts or lists than belong together is refused, though no
// checksum tells.
func TestWhatDoesNotBelongTogether(t *testing.T) {
	first := func(v *View, bytes ...byte) { v.lists[0].sealed, v.lists[0].tail.data = nil, bytes }
	for what, spoil := range map[string]func(v *View){
		"a posting more":             func(v *View) { v.lists[1] = v.lists[1].insert(posting{299, 1, 3}) },
		"one of a slot that is none": func(v *View) { v.lists[1] = v.lists[1].insert(posting{1 << 30, 1, 3}) },
		"a posting less":             func(v *View) { v.lists[1], _ = v.lists[1].remove(7) },
		"another frequency":          func(v *View) { v.lists[0] = v.lists[0].change(posting{4, 2, 6}) },
		"another length":             func(v *View) { v.lists[0] = v.lists[0].change(posting{4, 1, 7}) },
		"less words than one has":    func(v *View) { v.lists[0] = v.lists[0].change(posting{4, 9, 6}) },
		"lists exchanged":            func(v *View) { v.lists[1], v.lists[3] = v.lists[3], v.lists[1] },
		"a text less":                func(v *View) { v.texts[9] = "" },
		"texts exchanged":            func(v *View) { v.texts[1], v.texts[2] = v.texts[2], v.texts[1] },
		"another text":               func(v *View) { v.texts[1] = v.texts[2] },
		"a text that is longer":      func(v *View) { v.texts[1] = string([]byte{v.texts[1][0] + 1}) + v.texts[1][1:] },
		"a text of no words":         func(v *View) { v.texts[1] = v.texts[1][:1] },
		"one of length 0":            func(v *View) { v.texts[1] = "\x00" + v.texts[1][1:] },
		"one with a term twice":      func(v *View) { v.texts[1] += "\x00" },
		"one with a term too many":   func(v *View) { v.texts[1] += "\x09" },
		"one that is cut":            func(v *View) { v.texts[1] = v.texts[1][:len(v.texts[1])-1] + "\x80" },
		"a text behind the last":     func(v *View) { v.texts = append(v.texts, v.texts[0]) },
		"a word twice":               func(v *View) { v.words[1] = v.words[0] },
		"no word":                    func(v *View) { v.words[1] = "" },
		"a word that is too long":    func(v *View) { v.words[1] = strings.Repeat("x", 129) },
		"a block of none":            func(v *View) { v.lists[0].tail.n = 256 },
		"a block of too many":        func(v *View) { v.lists[0].tail.n = 129 },
		"less than a block says":     func(v *View) { v.lists[8].tail.n++ },
		"more than it says":          func(v *View) { v.lists[8].tail.n-- },
		"the same slot twice":        func(v *View) { first(v, 4, 24, 0, 24); v.lists[0].tail.n = 2 },
		"a slot that goes around":    func(v *View) { first(v, 4, 24, 0xff, 0xff, 0xff, 0xff, 0x0f, 24); v.lists[0].tail.n = 2 },
		"a step beyond all":          func(v *View) { first(v, bytes.Repeat([]byte{0xff}, 40)...); v.lists[0].tail.n = 2 },
		"a frequency beyond all":     func(v *View) { first(v, 4, 27, 0xff, 0xff, 0xff, 0xff, 0xff, 1); v.lists[0].tail.n = 1 },
		"a length beyond all":        func(v *View) { first(v, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1); v.lists[0].tail.n = 1 },
	} {
		v := sample().View()
		spoil(v)
		refused(t, what, saved(t, v), 300)
	}
	good := saved(t, sample().View())
	loaded(t, good, 300)
	refused(t, "a slot less", good, 299)
	for at := 1; at < len(good); at += 1 + rand.IntN(40) {
		refused(t, fmt.Sprint("cut at ", at), good[:at], 300)
	}
	for at := 4; at < 24; at += 4 { // the numbers of words and texts, and a frame's
		claim := bytes.Clone(good)
		binary.LittleEndian.PutUint32(claim[at:], 1<<32-1)
		refused(t, fmt.Sprint("4 GiB at ", at), claim, 300)
	}
}

// refused: it is not loaded, and the index is as empty as it was.
func refused(t *testing.T, what string, data []byte, slots int) {
	t.Helper()
	var wrong *SavedError
	x := New(usual)
	if used, err := x.Load(bytes.NewReader(data), upTo(slots)); used || !errors.As(err, &wrong) {
		t.Errorf("%s: %v, %v", what, used, err)
	}
	if x.Set(1, "common"); len(x.Search("common", 2, nil)) != 1 || x.Stats().Documents != 1 {
		t.Errorf("%s: something is left of it", what)
	}
}

// Nothing, and what other rules have made, is no error, but of no use.
func TestWhatOtherRulesHaveMade(t *testing.T) {
	other := saved(t, sample().View())
	other[0]++
	for _, data := range [][]byte{nil, other} {
		x := New(usual)
		if used, err := x.Load(bytes.NewReader(data), upTo(300)); used || err != nil || x.Stats().Documents > 0 {
			t.Errorf("%d bytes: %v, %v", len(data), used, err)
		}
	}
}

// Whatever bytes are loaded, they are refused or make an index that answers, changes and is
// saved again.
func FuzzLoad(f *testing.F) {
	x := New(usual)
	for s := range uint32(9) {
		x.Set(s*5, fmt.Sprintf("common w%d w%d w%d", s, s%3, s%3))
	}
	x.Remove(5)
	f.Add(saved(f, x.View()))
	f.Add(saved(f, New(usual).View()))
	for s := range uint32(300) {
		x.Set(s, "common "+strings.Repeat("often ", int(s%6)))
	}
	f.Add(saved(f, x.View()))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := New(usual)
		used, err := x.Load(bytes.NewReader(data), upTo(300))
		var wrong *SavedError
		if err != nil && !errors.As(err, &wrong) {
			t.Error(err)
		}
		if err != nil || !used {
			return
		}
		again := loaded(t, saved(t, x.View()), 300)
		for range 2 {
			for _, query := range []string{"common often", "w1 w2", "w5"} {
				got := x.Search(query, 400, nil)
				if want := again.Search(query, 400, nil); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%q finds %v, and saved again %v", query, got, want)
				}
			}
			for s := range uint32(100) {
				for _, x := range []*Index{x, again} {
					x.Remove(s)
					x.Moved(s+100, s)
					x.Set(s+200, "common w5")
				}
			}
			x.Compact()
		}
	})
}
