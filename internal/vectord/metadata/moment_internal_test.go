package metadata

import (
	"fmt"
	"slices"
	"testing"
)

// meddling is a part of a filter that changes the store when it is asked.
type meddling struct{ change func() }

func (m meddling) match(s *Store) (set, error) {
	m.change()
	return set{s.all, true}, nil
}

// A change that comes while a filter is in the middle of many values does not wait for it,
// and the filter matches what there was when it began.
func TestAChangeInTheMiddleOfAFilter(t *testing.T) {
	s := New()
	const n = 2 * looked
	give := func(slot uint32, json string) {
		o, err := Read([]byte(json))
		if err != nil {
			t.Fatal(err)
		}
		s.Set(slot, o)
	}
	for slot := range uint32(n) {
		give(slot, fmt.Sprintf(`{"n":%d,"even":%v}`, slot, slot%2 == 0))
	}
	half, err := ParseFilter([]byte(fmt.Sprintf(`{"n":{"lt":%d},"even":true}`, n/2)))
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.Match(half, nil)
	if err != nil {
		t.Fatal(err)
	}
	meddled := false
	got, err := s.Match(Filter{test: every{meddling{func() {
		if meddled = true; s.Get(2) == nil {
			t.Error("there is no item 2")
		}
		give(2, `{"n":-1,"even":false}`)
		give(4, fmt.Sprintf(`{"n":%d,"even":true}`, n+1))
		give(1, `{"n":1,"even":true}`)
		give(n, `{"n":3,"even":true,"new":1}`)
		s.Remove(6)
	}}, half.test}}, nil)
	if err != nil || !meddled || !slices.Equal(got, want) {
		t.Errorf("with changes in its middle a filter matches something else, %v", err)
	}
	for _, f := range []struct {
		filter string
		want   uint64 // of the first 8
	}{{`{"even":true}`, 0b00010011}, {fmt.Sprintf(`{"n":{"lt":%d}}`, n), 0b10101111}} {
		parsed, err := ParseFilter([]byte(f.filter))
		if err != nil {
			t.Fatal(err)
		}
		if now, err := s.Match(parsed, nil); err != nil || now[0]&0xff != f.want {
			t.Errorf("%s matches %b of the first, %v", f.filter, now[0]&0xff, err)
		}
	}
	if _, err := s.Match(Filter{test: every{half.test, oneOf{field: "nobody's"}}}, nil); err == nil || err.Error() != `filter: no item has a field "nobody's"; there are even, n, new` {
		t.Errorf("%v", err)
	}
}
