package metadata_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

const slots = 900

// anything is metadata with values of every kind, rare and frequent ones.
func anything(n int) string {
	return fmt.Sprintf(`{"n":%d,"third":%d,"text":"some %d","half":%g,"big":%d,"odd":%v,"tags":[%d,%d,"t%d"],"in":{"%d":"x"},"u":"%s"}`,
		n, n%3, n, float64(n)/2, -1<<63+n, n%2 == 1, n%5, n%7, n%40, n%4, strings.Repeat("é", n%30))
}

// questions are filters over all of that.
func questions() (list []string) {
	for n := range 60 {
		list = append(list, fmt.Sprintf(`{"n":%d}`, n*15), fmt.Sprintf(`{"tags":%d}`, n%8), fmt.Sprintf(`{"tags":"t%d"}`, n), fmt.Sprintf(`{"half":{"gte":%d.5,"lt":%d}}`, n, n*7),
			fmt.Sprintf(`{"big":%d}`, -1<<63+n*15), fmt.Sprintf(`{"u":{"gt":%q}}`, strings.Repeat("é", n%30)))
	}
	return append(list, `{"odd":true}`, `{"third":1}`, `{"not":{"third":{"in":[0,1]}}}`, `{"in.2":{"exists":true}}`, `{"in.3":"x"}`, `{"text":{"exists":true}}`, `{"text":{"exists":false}}`)
}

// saved gives what a view says, as bytes, with its items.
func saved(t testing.TB, v *metadata.View) (values []byte, items []json.RawMessage) {
	t.Helper()
	var out bytes.Buffer
	if err := v.Write(&out); err != nil {
		t.Fatal(err)
	}
	for slot := range uint32(slots) {
		items = append(items, v.JSON(slot))
	}
	return out.Bytes(), items
}

func mustLoad(t testing.TB, values []byte, items []json.RawMessage) *metadata.Store {
	t.Helper()
	s := metadata.New("text")
	if used, err := s.Load(items, bytes.NewReader(values)); err != nil || !used {
		t.Fatalf("%v, %v", used, err)
	}
	return s
}

func sameAnswers(t *testing.T, what string, got, want *metadata.Store) {
	t.Helper()
	for _, q := range questions() {
		if a, b := match(t, got, q), match(t, want, q); !slices.Equal(a, b) {
			t.Errorf("%s: %s matches %d items, want %d", what, q, len(a), len(b))
		}
	}
	if a, b := got.Stats(), want.Stats(); a != b {
		t.Errorf("%s: %+v, want %+v", what, a, b)
	}
}

// change changes some items of stores alike.
func change(t testing.TB, r *rand.Rand, times int, stores ...*metadata.Store) {
	for range times {
		slot, n, remove := r.Uint32N(slots), r.IntN(slots), r.IntN(3) == 0
		for _, s := range stores {
			if remove {
				s.Remove(slot)
				continue
			}
			o, err := metadata.Read([]byte(anything(n)))
			if err != nil {
				t.Fatal(err)
			}
			s.Set(slot, o)
		}
	}
}

// What is saved and loaded answers as what it was made of, and changes as that does; what
// was changed while it was written is not in it.
func TestWhatIsSavedIsLoaded(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	live, still := metadata.New("text"), metadata.New("text")
	change(t, r, 3000, live, still)
	for round := range 3 {
		view, other := live.View(), live.View()
		change(t, rand.New(rand.NewPCG(seed, 2)), 400, live)
		values, items := saved(t, view)
		view.Close()
		change(t, rand.New(rand.NewPCG(seed, 3)), 400, live)
		again, _ := saved(t, other)
		other.Close()
		if !bytes.Equal(values, again) {
			t.Errorf("round %d: two views of one moment differ", round)
		}
		loaded := mustLoad(t, values, items)
		sameAnswers(t, fmt.Sprint("loaded, round ", round), loaded, still)
		change(t, rand.New(rand.NewPCG(seed, 2)), 400, still, loaded)
		change(t, rand.New(rand.NewPCG(seed, 3)), 400, still, loaded)
		sameAnswers(t, fmt.Sprint("and changed, round ", round), loaded, still)
		sameAnswers(t, fmt.Sprint("viewed and changed, round ", round), live, still)
	}
	empty := metadata.New("text").View()
	values, _ := saved(t, empty)
	sameAnswers(t, "an empty one", mustLoad(t, values, nil), metadata.New("text"))
}

// A store is written while it changes.
func TestAViewIsWrittenWhileTheStoreChanges(t *testing.T) {
	s := metadata.New("text")
	change(t, rand.New(rand.NewPCG(1, 1)), 2000, s)
	var group sync.WaitGroup
	for seed := range uint64(2) {
		group.Go(func() { change(t, rand.New(rand.NewPCG(seed, 5)), 2000, s) })
	}
	for range 5 {
		v := s.View()
		values, items := saved(t, v)
		v.Close()
		mustLoad(t, values, items)
	}
	group.Wait()
}

// With other text fields the values that were saved are of no use, and said to be.
func TestOtherTextFields(t *testing.T) {
	s := metadata.New("text")
	change(t, rand.New(rand.NewPCG(1, 1)), 200, s)
	values, items := saved(t, s.View())
	for _, fields := range [][]string{nil, {"u"}, {"text", "u"}} {
		other := metadata.New(fields...)
		if used, err := other.Load(items, bytes.NewReader(values)); used || err != nil {
			t.Errorf("%v: %v, %v", fields, used, err)
		}
		if other.Stats().Items != 0 {
			t.Errorf("%v: %+v", fields, other.Stats())
		}
	}
}

// What is saved with other items, was cut, or claims more than there is, is refused.
func TestValuesThatCannotBe(t *testing.T) {
	s := metadata.New("text")
	change(t, rand.New(rand.NewPCG(1, 1)), 2000, s)
	values, items := saved(t, s.View())
	fewer := slices.Clone(items)
	for slot, raw := range fewer {
		if raw != nil {
			fewer[slot] = nil
			break
		}
	}
	claim := slices.Clone(values)
	binary.LittleEndian.PutUint32(claim[12:], 1<<32-1) // the bytes of the first field's set
	for what, c := range map[string]struct {
		values []byte
		items  []json.RawMessage
	}{"an item less": {values, fewer}, "cut": {values[:len(values)/2], items}, "nothing": {nil, items}, "claims 4 GiB": {claim, items}} {
		var wrong *metadata.SavedError
		if _, err := metadata.New("text").Load(c.items, bytes.NewReader(c.values)); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever bytes are loaded, they are refused or make a store that answers, changes and is
// saved again as it was loaded.
func FuzzLoad(f *testing.F) {
	s := metadata.New("text")
	keep(f, s, anything(1), `{}`, anything(2), `{"text":"a","n":1.5,"odd":[true,false]}`)
	for slot := range uint32(40) {
		o, _ := metadata.Read([]byte(`{"many":1}`))
		s.Set(10+slot, o)
	}
	values, items := saved(f, s.View())
	f.Add(values)
	f.Fuzz(func(t *testing.T, values []byte) {
		loaded := metadata.New("text")
		from := bytes.NewReader(values)
		used, err := loaded.Load(slices.Clone(items), from)
		if err != nil || !used {
			return
		}
		v := loaded.View()
		again, _ := saved(t, v)
		v.Close()
		if behind := values[:len(values)-from.Len()]; len(again) > len(behind) {
			t.Errorf("%d bytes became %d", len(behind), len(again))
		}
		for _, q := range []string{`{"n":1}`, `{"not":{"many":{"gte":1}}}`, `{"u":{"lt":"é"}}`, `{"odd":true}`} {
			q, err := metadata.ParseFilter([]byte(q))
			if err != nil {
				t.Fatal(err)
			}
			if words, err := loaded.Match(q, nil); err == nil && len(words) > 1 {
				t.Errorf("%b is matched", words)
			}
		}
		for slot := range uint32(50) {
			loaded.Remove(slot)
		}
	})
}
