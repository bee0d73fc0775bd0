package metadata

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is counted change by change is what there is in the end, also where views were open
// meanwhile, and nothing where nothing is left.
func TestWhatIsCountedAddsUp(t *testing.T) {
	s := New("text")
	empty := s.valued
	r := rand.New(rand.NewPCG(1, 9))
	check := func(s *Store) {
		t.Helper()
		kept, valued := int64(0), int64(0)
		for _, raw := range s.raw {
			kept += sizeOfRaw(raw)
		}
		for name, f := range s.fields {
			valued += sizeOfField(name) + sizeOfSet(f.having)
			f.values.Scan(func(p *posting) bool {
				valued += p.size()
				return true
			})
		}
		if s.kept != kept || s.valued != valued || s.Bytes() < kept+valued {
			t.Fatalf("%d and %d bytes are counted, %d in all; there are %d and %d", s.kept, s.valued, s.Bytes(), kept, valued)
		}
	}
	var open []*View
	for step := range 6000 {
		slot := uint32(r.IntN(900))
		switch r.IntN(5) {
		case 0:
			s.Remove(slot)
		default:
			o, err := Read(fmt.Appendf(nil, `{"n":%d,"few":%d,"even":%v,"list":["a%d","a%d"],"text":"t%d"}`,
				step, r.IntN(90), step%2 == 0, r.IntN(5), r.IntN(500), step))
			if err != nil {
				t.Fatal(err)
			}
			s.Set(slot, o)
		}
		if step%700 == 0 {
			open = append(open, s.View())
		}
		if step%900 == 0 {
			open[0].Close()
			open = open[1:]
			check(s)
		}
	}
	s.Know([]string{"n", "asked for"})
	check(s)
	v := s.View()
	var saved bytes.Buffer
	if err := v.Write(&saved); err != nil {
		t.Fatal(err)
	}
	v.Close()
	loaded := New("text")
	if used, err := loaded.Load(slices.Clone(s.raw), &saved); err != nil || !used {
		t.Fatal(used, err)
	}
	check(loaded)
	for slot := range uint32(900) {
		s.Remove(slot)
	}
	check(s)
	for name := range s.fields {
		if name != "text" {
			empty += sizeOfField(name) + sizeOfSet(newField().having)
		}
	}
	if s.kept != 0 || s.valued > empty+64 {
		t.Errorf("where nothing is left %d bytes of JSON and %d of values are counted, of fields alone %d", s.kept, s.valued, empty)
	}
}
