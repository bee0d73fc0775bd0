package metadata_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// keep puts items into a store, by slots from 0 on.
func keep(t testing.TB, s *metadata.Store, items ...string) {
	t.Helper()
	for slot, item := range items {
		o, err := metadata.Read([]byte(item))
		if err != nil {
			t.Fatalf("%s: %v", item, err)
		}
		s.Set(uint32(slot), o)
	}
}

// match gives the slots that a filter matches.
func match(t testing.TB, s *metadata.Store, filter string) []uint32 {
	t.Helper()
	f, err := metadata.ParseFilter([]byte(filter))
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	words, err := s.Match(f, nil)
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	list := []uint32{}
	for at, word := range words {
		for bit := range uint32(64) {
			if word>>bit&1 != 0 {
				list = append(list, uint32(at)*64+bit)
			}
		}
	}
	return list
}

func TestFilters(t *testing.T) {
	s := metadata.New()
	keep(t, s,
		/* 0 */ `{"city":"Austin","rate":38.5,"night":true,"since":"2024-03-01","id":9007199254740993}`,
		/* 1 */ `{"city":"Waco","rate":41,"night":false,"since":"2026-01-15","id":9007199254740992}`,
		/* 2 */ `{"city":"Austin","rate":"41","skills":["forklift","welding"],"address":{"zip":"02134"}}`,
		/* 3 */ `{"city":null,"rate":-1e3,"skills":[],"big":18446744073709551616}`,
		/* 4 */ ``,
		/* 5 */ `{"city":"","rate":41.0,"skills":"welding"}`,
	)
	for filter, want := range map[string][]uint32{
		`{"city":"Austin"}`:                                {0, 2},
		`{"city":"austin"}`:                                {},
		`{"city":""}`:                                      {5},
		`{}`:                                               {0, 1, 2, 3, 4, 5},
		`{"rate":41}`:                                      {1, 5},
		`{"rate":41.0}`:                                    {1, 5},
		`{"rate":"41"}`:                                    {2},
		`{"rate":{"gte":38.5}}`:                            {0, 1, 5},
		`{"rate":{"gt":38.5,"lt":42}}`:                     {1, 5},
		`{"rate":{"lt":0}}`:                                {3},
		`{"rate":{"gte":"4"}}`:                             {2},
		`{"rate":{"gt":41}}`:                               {},
		`{"since":{"gte":"2026-01-01"}}`:                   {1},
		`{"since":{"lt":"2026"}}`:                          {0},
		`{"id":9007199254740993}`:                          {0},
		`{"id":{"gt":9007199254740992}}`:                   {0},
		`{"id":{"gt":9007199254740992.5}}`:                 {0},
		`{"big":{"gt":9223372036854775807}}`:               {3},
		`{"big":18446744073709551616}`:                     {3},
		`{"big":1.8446744073709551616e19}`:                 {3},
		`{"big":9223372036854775807}`:                      {},
		`{"night":true}`:                                   {0},
		`{"night":{"in":[true,false]}}`:                    {0, 1},
		`{"night":{"gte":false}}`:                          {0, 1},
		`{"skills":"welding"}`:                             {2, 5},
		`{"skills":{"in":["forklift","welding"]}}`:         {2, 5},
		`{"skills":{"in":[]}}`:                             {},
		`{"address.zip":"02134"}`:                          {2},
		`{"city":{"exists":true}}`:                         {0, 1, 2, 5},
		`{"city":{"exists":false}}`:                        {3, 4},
		`{"skills":{"exists":true}}`:                       {2, 5},
		`{"not":{"city":"Austin"}}`:                        {1, 3, 4, 5},
		`{"or":[{"city":"Waco"},{"night":true}]}`:          {0, 1},
		`{"or":[]}`:                                        {},
		`{"and":[]}`:                                       {0, 1, 2, 3, 4, 5},
		`{"and":[{"city":"Austin"},{"night":true}]}`:       {0},
		`{"city":"Austin","night":true}`:                   {0},
		`{"city":{"in":["Austin"],"exists":true}}`:         {0, 2},
		`{"not":{"or":[{"city":"Austin"},{"rate":41}]}}`:   {3, 4},
		`{"and":[{"not":{"not":{"city":"Waco"}}},{}]}`:     {1},
		`{"rate":{"in":[41,"41",-1000]}}`:                  {1, 2, 3, 5},
		`{"and":[{"city":{"exists":true}},{"rate":38.5}]}`: {0},
	} {
		if got := match(t, s, filter); !slices.Equal(got, want) {
			t.Errorf("%s matches %v, want %v", filter, got, want)
		}
	}
}

func TestWhatAFilterMayNotSay(t *testing.T) {
	for filter, want := range map[string]string{
		``:                            "it is not JSON",
		`{"a":1`:                      "it is not JSON",
		`{"a":1} 2`:                   "something follows the end",
		`[]`:                          "an array stands where an object is to be",
		`{"city":null}`:               `city: null is as if the field were not there; ask for that by {"exists": false}`,
		`{"city":{"in":["a",null]}}`:  `city in: null is as if the field were not there; ask for that by {"exists": false}`,
		`{"city":["a"]}`:              "city: an array is no text",
		`{"rate":{"above":1}}`:        `rate: there is no "above"; there are in, gt, gte, lt, lte, exists`,
		`{"rate":{}}`:                 "rate: {} says nothing",
		`{"address":{"city":"x"}}`:    `what stands in an object is asked for as "address.city"`,
		`{"rate":{"gte":1,"lt":"2"}}`: "rate: the ends of a range are of two kinds",
		`{"rate":{"in":1}}`:           "rate in: an array is to follow",
		`{"rate":{"in":[[1]]}}`:       "rate in: an array is no text",
		`{"rate":{"exists":1}}`:       "rate exists: true or false is to follow",
		`{"rate":1e999}`:              "beyond what 64 bits hold",
		`{"and":{}}`:                  `"and" needs an array of filters, and has an object`,
		`{"not":[]}`:                  "an array stands where an object is to be",
		strings.Repeat(`{"not":`, 10_000) + `{}` + strings.Repeat(`}`, 10_000): "exceeded max depth",
		strings.Repeat(`{"not":`, 100) + `{}` + strings.Repeat(`}`, 100):       "nested more than 32 deep",
	} {
		_, err := metadata.ParseFilter([]byte(filter))
		var wrong *metadata.FilterError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", filter, err, want)
		}
	}
}

// Of an object the fields are asked for, and a text field that nothing has is not offered.
func TestAFieldThatIsAnObject(t *testing.T) {
	s := metadata.New("text")
	keep(t, s, `{"address":{"city":"Austin"},"skills":[]}`)
	for ask, want := range map[string]string{
		`{"address":{"exists":true}}`: `filter: what items have under "address" are objects; ask for what is in them, as "address.city"`,
		`{"skills":{"exists":true}}`:  `filter: no item has a field "skills"; there are address.city`,
	} {
		f, err := metadata.ParseFilter([]byte(ask))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Match(f, nil); err == nil || err.Error() != want {
			t.Errorf("%s: %v", ask, err)
		}
	}
}

func TestAFieldThatNoItemHas(t *testing.T) {
	s := metadata.New()
	if got := match(t, s, `{"citty":"Austin"}`); len(got) != 0 {
		t.Errorf("an empty store matches %v", got)
	}
	keep(t, s, `{"city":"Austin","rate":1}`)
	f, err := metadata.ParseFilter([]byte(`{"or":[{"city":"Austin"},{"not":{"citty":{"exists":true}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Match(f, nil); err == nil || err.Error() != `filter: no item has a field "citty"; there are city, rate` {
		t.Errorf("%v", err)
	}
	s.Remove(0)
	keep(t, s, `{}`, `{"since":1}`)
	for f, want := range map[string]string{`{"citty":1}`: `no item has a field "citty"; there are since`, `{"\u001b[2J":1}`: `"\x1b[2J"`} {
		if f, err := metadata.ParseFilter([]byte(f)); err != nil {
			t.Error(err)
		} else if _, err := s.Match(f, nil); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "city") {
			t.Errorf("fields that items had are told: %v", err)
		}
	}
	if got := s.Stats().Fields; got != 1 {
		t.Errorf("%d fields", got)
	}
	if got := match(t, s, `{"city":"Austin"}`); len(got) != 0 {
		t.Errorf("a field that items had: %v", got)
	}
}

func TestManyTerms(t *testing.T) {
	s := metadata.New()
	keep(t, s, `{"id":"x7"}`, `{"id":"x99999"}`, `{"id":"y"}`)
	terms := make([]string, 100_000)
	for i := range terms {
		terms[i] = fmt.Sprintf(`"x%d"`, i)
	}
	if got := match(t, s, `{"id":{"in":[`+strings.Join(terms, ",")+`]}}`); !slices.Equal(got, []uint32{0, 1}) {
		t.Errorf("in: %v", got)
	}
	for i := range terms {
		terms[i] = fmt.Sprintf(`{"id":"x%d"}`, i)
	}
	if got := match(t, s, `{"or":[`+strings.Join(terms, ",")+`]}`); !slices.Equal(got, []uint32{0, 1}) {
		t.Errorf("or: %v", got)
	}
}

func TestMetadataThatCannotBeKept(t *testing.T) {
	for item, want := range map[string]string{
		`[1]`:         "the metadata is an array; it has to be an object",
		`{"a":`:       "not JSON",
		`{"a":1e999}`: "a: the number 1e999 is beyond what 64 bits hold",
		`{"a":[` + strings.Repeat("1,", metadata.MaxValues) + `1]}`: "more than 1000 values",
		`{"a":"` + strings.Repeat("x", metadata.MaxBytes) + `"}`:    "it may have 65536",
		strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20): "nested more than 16 deep",
	} {
		if _, err := metadata.Read([]byte(item)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", item, err, want)
		}
	}
}

// Items come, change and go at random; each filter matches what a look at every item
// says.
func TestMatchesAreThoseOfEveryItem(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	s := metadata.New()
	kept := map[uint32]int{}
	for range 5000 {
		slot, n := r.Uint32N(800), r.IntN(1000)
		if r.IntN(3) == 0 {
			s.Remove(slot)
			delete(kept, slot)
			continue
		}
		raw, _ := json.Marshal(map[string]any{"n": n, "third": n % 3, "word": fmt.Sprintf("w%03d", n), "half": float64(n) / 2, "tags": []int{n % 5, n % 7}})
		o, err := metadata.Read(raw)
		if err != nil {
			t.Fatal(err)
		}
		s.Set(slot, o)
		kept[slot] = n
		if got := s.Get(slot); string(got) != string(raw) {
			t.Fatalf("slot %d has %s, not %s", slot, got, raw)
		}
	}
	for filter, holds := range map[string]func(n int) bool{
		`{"third":1}`:                             func(n int) bool { return n%3 == 1 },
		`{"n":{"gte":100,"lt":700}}`:              func(n int) bool { return n >= 100 && n < 700 },
		`{"half":{"gt":99.5,"lte":300}}`:          func(n int) bool { return n > 199 && n <= 600 },
		`{"word":{"gte":"w500"}}`:                 func(n int) bool { return n >= 500 },
		`{"tags":3}`:                              func(n int) bool { return n%5 == 3 || n%7 == 3 },
		`{"not":{"tags":{"in":[0,1]}}}`:           func(n int) bool { return n%5 > 1 && n%7 > 1 },
		`{"or":[{"third":0},{"n":{"lt":50}}]}`:    func(n int) bool { return n%3 == 0 || n < 50 },
		`{"third":{"in":[0,2]},"not":{"tags":4}}`: func(n int) bool { return n%3 != 1 && n%5 != 4 && n%7 != 4 },
	} {
		want := []uint32{}
		for slot, n := range kept {
			if holds(n) {
				want = append(want, slot)
			}
		}
		slices.Sort(want)
		if got := match(t, s, filter); !slices.Equal(got, want) {
			t.Errorf("%s matches %d items, want %d", filter, len(got), len(want))
		}
	}
	for slot := range kept {
		s.Remove(slot)
	}
	if got := s.Stats(); got.Items != 0 || got.Bytes != 0 {
		t.Errorf("an emptied store: %+v", got)
	}
}

func FuzzFilter(f *testing.F) {
	f.Add([]byte(`{"a":1,"or":[{"b":{"in":["x"]}},{"not":{"a":{"gte":1,"lt":2.5}}}]}`), []byte(`{"a":1.5,"b":["x",true]}`))
	f.Fuzz(func(t *testing.T, filter, item []byte) {
		parsed, err := metadata.ParseFilter(filter)
		if err != nil {
			return
		}
		o, err := metadata.Read(item)
		if err != nil {
			return
		}
		s := metadata.New()
		s.Set(3, o)
		found, err := s.Match(parsed, nil)
		var unknown *metadata.UnknownFieldError
		if err != nil && !errors.As(err, &unknown) {
			t.Fatal(err)
		}
		if len(found) > 1 || len(found) == 1 && found[0]&^8 != 0 {
			t.Fatalf("%b is matched, and there is slot 3 alone", found)
		}
		s.Remove(3)
	})
}

// A field that a filter names can be asked for once it is made known, wherever it stands.
func TestFieldsAreMadeKnown(t *testing.T) {
	s := metadata.New()
	object, err := metadata.Read([]byte(`{"there":1}`))
	if err != nil {
		t.Fatal(err)
	}
	s.Set(0, object)
	f := parsed(t, `{"a":1,"or":[{"b":{"in":[1]}},{"not":{"c.d":{"gt":1}}},{"and":[{"e":{"exists":true}},{"there":1}]}]}`)
	if _, err := s.Match(f, nil); err == nil {
		t.Error("its fields are known before")
	}
	if got := strings.Join(f.Fields(), " "); got != "a b c.d e there" {
		t.Errorf("it names %s", got)
	}
	s.Know(f.Fields())
	if slots, err := s.Match(f, nil); err != nil || len(slots) > 0 && slots[0] != 0 {
		t.Errorf("%v, %v", slots, err)
	}
	if _, err := s.Match(parsed(t, `{"another":1}`), nil); err == nil || strings.Contains(err.Error(), "c.d") {
		t.Errorf("of one that is not known it says %v", err)
	}
}

func parsed(t *testing.T, text string) metadata.Filter {
	t.Helper()
	f, err := metadata.ParseFilter([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
