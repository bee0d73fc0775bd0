package lexical

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

var usual = Config{K1: 1.2, B: .75}

func TestSearchIsScoringEveryText(t *testing.T) {
	for seed := range uint64(40) {
		rehearse(t, seed, 1+int(seed*seed)%1500, 1+int(seed*97)%2500)
	}
}

func FuzzSearchIsScoringEveryText(f *testing.F) {
	f.Add(uint64(1), uint16(100), uint16(300))
	f.Fuzz(func(t *testing.T, seed uint64, slots, writes uint16) {
		rehearse(t, seed, 1+int(slots%3000), 1+int(writes%4000))
	})
}

// filled gives an index in which slot s holds texts[s].
func filled(texts ...string) *Index {
	x := New(usual)
	for s, text := range texts {
		x.Set(uint32(s), text)
	}
	return x
}

func slots(hits []Hit) []uint32 {
	out := make([]uint32, len(hits))
	for i, h := range hits {
		out[i] = h.Slot
	}
	return out
}

func TestRareAndRepeatedWordsAndShortTextsRankFirst(t *testing.T) {
	x := filled(
		"welder in Austin with night shifts",
		"welder welder in Austin with shifts",
		"nurse in Austin with night shifts",
		"welder",
		"nurse in Dallas with no shifts at all",
	)
	for _, c := range []struct {
		query string
		want  []uint32
	}{
		{"welder", []uint32{3, 1, 0}},
		{"Dallas nurse", []uint32{4, 2}},
		{"nurse nurse nurse welder", []uint32{2, 4, 3, 1, 0}},
		{"austin", []uint32{0, 1, 2}}, // alike: by slot
		{"plumber", []uint32{}},
		{"", []uint32{}},
	} {
		if got := slots(x.Search(c.query, 10, nil)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q finds %v, want %v", c.query, got, c.want)
		}
	}
}

func TestOnlyAllowedSlotsCount(t *testing.T) {
	x := New(usual)
	for s := range uint32(5000) {
		x.Set(s, "the same")
	}
	allowed := make([]uint64, 40) // and no slot from 2560 on
	allowed[1], allowed[39] = 1<<5, 1<<63
	if got := slots(x.Search("same", 10, allowed)); !reflect.DeepEqual(got, []uint32{69, 2559}) {
		t.Errorf("slots %v, want the two that are allowed", got)
	}
	if got := x.Search("same", 10, []uint64{}); len(got) != 0 {
		t.Errorf("slots %v, though none is allowed", slots(got))
	}
	if got := x.Search("same", 0, nil); len(got) != 0 {
		t.Errorf("slots %v, though none was asked for", slots(got))
	}
}

func TestWordsPastTheLimitOfAQueryDoNotCount(t *testing.T) {
	x := filled("alpha", "omega")
	query := strings.Repeat("alpha ", MaxQueryWords) + "omega"
	if got := slots(x.Search(query, 10, nil)); !reflect.DeepEqual(got, []uint32{0}) {
		t.Errorf("slots %v, want that of the first words alone", got)
	}
}

func TestCompactGivesMemoryBack(t *testing.T) {
	x, m := New(usual), &model{usual, map[uint32][]string{}}
	r := rand.New(rand.NewPCG(1, 2))
	const n = 10_000
	for s := range uint32(n) {
		x.Set(s, text(r, 10)+" only"+strings.Repeat("x", int(s%90))+text(r, 3))
	}
	full := x.Stats()
	for s := range uint32(n) {
		if x.Remove(s); s%100 == 0 {
			kept := text(r, 10) + "kept"
			x.Set(s, kept)
			x.Moved(s, s/100)
			m.set(s/100, kept)
		}
	}
	loose := x.Stats()
	if loose.Idle == 0 {
		t.Error("no word is idle, though the texts that held some are gone")
	}
	x.Compact()
	tight := x.Stats()
	if tight.Idle != 0 || tight.Bytes > full.Bytes/20 || tight.Bytes > loose.Bytes/5 {
		t.Errorf("%+v when full, %+v when a hundredth was left, %+v compacted", full, loose, tight)
	}
	m.counted(t, x)
	m.check(t, x, "kept a b", 20, nil)
	x.Set(7, "and it goes on")
	m.set(7, "and it goes on")
	m.check(t, x, "kept goes", 300, nil)
}
