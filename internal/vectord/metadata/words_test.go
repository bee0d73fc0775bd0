package metadata_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

func TestTextThatIsFoundByItsWords(t *testing.T) {
	s := metadata.New("text", "a.b")
	keep(t, s, `{"text":"one","a":{"b":["two",3,{"c":"no"}]},"city":"Waco"}`, `{"text":5,"city":"four"}`, `{}`)
	o, err := metadata.Read([]byte(`{"text":"one","a":{"b":["two",3,"four"]},"city":"Waco"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Text([]string{"a.b", "none", "text"}); got != "two\nfour\none" {
		t.Errorf("the text is %q", got)
	}
	for f, want := range map[string][]uint32{
		`{"text":{"exists":true}}`: {0, 1}, `{"a.b":{"exists":false}}`: {1, 2}, `{"text":5}`: {1}, `{"a.b":{"lt":4}}`: {0}, `{"a.b.c":"no"}`: {0}, `{"city":"four"}`: {1},
	} {
		if got := match(t, s, f); !slices.Equal(got, want) {
			t.Errorf("%s matches %v, want %v", f, got, want)
		}
	}
	for _, bad := range []string{`{"text":"one"}`, `{"not":{"a.b":{"in":[3,"two"]}}}`, `{"or":[{"city":"Waco"},{"text":{"gte":"a"}}]}`} {
		f, err := metadata.ParseFilter([]byte(bad))
		if err != nil {
			t.Fatal(err)
		}
		var wrong *metadata.FilterError
		if _, err := s.Match(f, nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "text is searched by words here, and cannot be compared; give a text in the query") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	s.Remove(0)
	s.Remove(1)
	if got := match(t, s, `{"text":{"exists":true}}`); len(got) != 0 {
		t.Errorf("slots %v have a text still", got)
	}
}

// A text that nobody can compare is kept once.
func TestTextsAreNotKeptTwice(t *testing.T) {
	const n, long = 500, 20_000
	inUse := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, s := inUse(), metadata.New("text")
	for slot := range uint32(n) {
		o, err := metadata.Read(fmt.Appendf(nil, `{"text":"%d %s"}`, slot, strings.Repeat("word ", long/5)))
		if err != nil {
			t.Fatal(err)
		}
		s.Set(slot, o)
	}
	if took := inUse() - before; took > n*long*3/2 {
		t.Errorf("%d texts of %d bytes take %d bytes", n, long, took)
	}
	runtime.KeepAlive(s)
}

// What a filter finds is not changed by another one.
func TestMatchesAreOnesOwn(t *testing.T) {
	s := metadata.New()
	var items []string
	for n := range 60 {
		items = append(items, fmt.Sprintf(`{"kind":"same","odd":%v,"n":%d}`, n%2 == 1, n))
	}
	keep(t, s, items...)
	for range 2 {
		for f, want := range map[string]int{`{"kind":"same"}`: 60, `{"kind":"same","n":{"gte":20}}`: 40, `{"odd":true,"kind":"same","n":{"lt":20}}`: 10, `{"not":{"odd":true}}`: 30, `{"or":[{"odd":true},{"n":2}]}`: 31} {
			if got := match(t, s, f); len(got) != want {
				t.Errorf("%s matches %d, want %d", f, len(got), want)
			}
		}
	}
}
