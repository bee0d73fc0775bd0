package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func sources(objects ...[]byte) (list []Source) {
	for _, b := range objects {
		list = append(list, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil })
	}
	return list
}

func merge(t *testing.T, objects ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (Merge{Of: index(), Sources: sources(objects...)}).Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMergeKeepsWhatCounts(t *testing.T) {
	one := []Record{put("a", "old", 1, 1, 1), put("b", "b", 2, 2, 2), put("c", "c", 3, 3, 3), set("z", "z1")}
	two := []Record{put("a", "new", 4, 4, 4), drop("b", "y", "b"), set("c", "c2"), set("b", "late"), set("z", "z2"), drop("c2"), put("c2", "", 5, 5, 5)}
	want := []Record{put("c", "", 3, 3, 3), put("a", "new", 4, 4, 4), drop("b", "y"), set("c", "c2"), set("z", "z2"), put("c2", "", 5, 5, 5)}
	for _, first := range []uint64{1, 2} {
		b := merge(t, write(t, header(first, first+3), one...), write(t, header(first+4, 9), two...))
		h, got, err := read(bytes.NewReader(b), index())
		if err != nil || h != header(first, 9) || !reflect.DeepEqual(got, want) {
			t.Errorf("from %d on: %v, %v, %v", first, h, got, err)
		}
	}
}

// items is what an index holds, as far as these tests go.
type items map[string]string

// apply does what a record says.
func (x items) apply(records ...Record) {
	for _, r := range records {
		switch r.Kind {
		case Put:
			x[r.ID] = fmt.Sprint(r.Vector, string(r.Metadata))
		case SetMetadata:
			if was, ok := x[r.ID]; ok {
				vector, _, _ := strings.Cut(was, "]")
				x[r.ID] = vector + "]" + string(r.Metadata)
			}
		case Delete:
			for _, id := range r.IDs {
				delete(x, id)
			}
		}
	}
}

// random gives records over few ids, so that they meet.
func random(rng *rand.Rand) (records []Record) {
	id := func() string { return string(rune('a' + rng.IntN(8))) }
	for range rng.IntN(12) {
		switch rng.IntN(3) {
		case 0:
			records = append(records, put(id(), fmt.Sprint(rng.IntN(99)), rng.Float32(), 1, 2))
		case 1:
			records = append(records, set(id(), fmt.Sprint(rng.IntN(99))))
		case 2:
			records = append(records, drop(id(), id()))
		}
	}
	return records
}

// opened is a source that was opened and is not closed yet.
type opened struct {
	io.Reader
	now *int
}

func (o opened) Close() error {
	*o.now--
	return nil
}

func TestSourcesAreOpenOneByOneAndClosed(t *testing.T) {
	now := 0
	source := func(b []byte) Source {
		return func() (io.ReadCloser, error) {
			if now++; now > 1 {
				t.Error("two sources are open at once")
			}
			return opened{bytes.NewReader(b), &now}, nil
		}
	}
	good := write(t, header(1, 1), few()...)
	for _, second := range [][]byte{write(t, header(2, 2), few()...), good, nil} {
		err := Merge{Of: index(), Sources: []Source{source(good), source(second)}}.Write(t.Context(), io.Discard)
		if now != 0 {
			t.Errorf("%d sources are still open after %v", now, err)
		}
	}
}

// However objects are merged, and merged again, an index comes out the same: one that
// was empty before them, one that was not, and one that has some of the changes already.
func TestMergedObjectsHaveTheSameEffect(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 0))
		begin := items{}
		if seed%2 == 1 {
			for _, id := range "abcdefgh" {
				begin[string(id)] = "[0 1 2]0"
			}
		}
		states := []items{begin}
		var objects [][]byte
		for i := range uint64(6) {
			records := random(rng)
			after := maps.Clone(states[i])
			after.apply(records...)
			states = append(states, after)
			objects = append(objects, write(t, header(1+i, 1+i), records...))
		}
		want := states[6]
		for len(objects) > 1 {
			from := rng.IntN(len(objects))
			to := from + 1 + rng.IntN(len(objects)-from)
			one := merge(t, objects[from:to]...)
			objects = slices.Replace(objects, from, to, one)
			if got := replayed(t, begin, objects...); !maps.Equal(got, want) {
				t.Fatalf("seed %d, %d objects left: %v, not %v", seed, len(objects), got, want)
			}
		}
		for i, state := range states {
			if got := replayed(t, state, objects...); !maps.Equal(got, want) {
				t.Fatalf("seed %d, over a generation of change %d: %v, not %v", seed, i, got, want)
			}
		}
		if again := merge(t, objects...); !bytes.Equal(again, objects[0]) {
			t.Fatalf("seed %d: merged once more, it changes: %d bytes of %d", seed, len(again), len(objects[0]))
		}
	}
}

// replayed gives what becomes of items by some objects.
func replayed(t *testing.T, x items, objects ...[]byte) items {
	t.Helper()
	x = maps.Clone(x)
	for _, b := range objects {
		_, records, err := read(bytes.NewReader(b), index())
		if err != nil {
			t.Fatal(err)
		}
		x.apply(records...)
	}
	return x
}

func TestReplacedAndDeletedBytesAreGone(t *testing.T) {
	object := write(t, header(4, 6), put("keep", "kept-metadata", 1, 2, 3), put("deleted", "gone-one", 7, 7, 7),
		set("deleted", "gone-two"), put("keep", "gone-three", 7, 7, 7), set("keep", "kept-too"), drop("deleted", "other"), put("keep2", "gone-four", 4, 5, 6), set("keep2", "kept-last"))
	b := merge(t, object)
	if bytes.Contains(b, []byte("gone")) {
		t.Errorf("of what was deleted or replaced something is left: %q", b)
	}
	for _, kept := range []string{"keep", "kept-too", "deleted", "other", "keep2", "kept-last"} {
		if !bytes.Contains(b, []byte(kept)) {
			t.Errorf("%s is not there", kept)
		}
	}
	if h, _, err := read(bytes.NewReader(b), index()); err != nil || h != header(4, 6) {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestWhatCannotBeMergedIsNamedBeforeAnythingIsWritten(t *testing.T) {
	good := write(t, header(1, 2), few()...)
	next := write(t, header(3, 3), few()...)
	flipped := bytes.Clone(next)
	flipped[len(flipped)-40] ^= 4
	foreign := Header{Index{"another", 3}, 3, 3}
	for what, c := range map[string]struct {
		second []byte
		want   Fault
	}{
		"a cut one": {next[:len(next)-1], Cut}, "a damaged one": {flipped, Damaged}, "another index": {write(t, foreign), OtherIndex},
		"a gap": {write(t, header(4, 4)), OutOfOrder}, "an overlap": {write(t, header(2, 3)), OutOfOrder}, "the same again": {good, OutOfOrder},
		"a forged one": {forged(block{kindPut, make([]byte, 2+4*3+8)}), OutOfOrder}, "an empty one": {nil, Cut},
	} {
		var out bytes.Buffer
		err := Merge{Of: index(), Sources: sources(good, c.second)}.Write(t.Context(), &out)
		if e, ok := errors.AsType[*SourceError](err); !ok || e.Source != 1 || fault(err) != c.want || out.Len() > 0 {
			t.Errorf("%s: %d bytes, %v", what, out.Len(), err)
		}
	}
	for _, x := range []block{{kindPut, make([]byte, 2+4*3+8)}, {kindSetMetadata, make([]byte, 3)}, {kindDelete, make([]byte, 3)}} {
		if err := (Merge{Of: index(), Sources: sources(forged(x))}).Write(t.Context(), io.Discard); fault(err) != Damaged {
			t.Errorf("kind %d without an id: %v", x.kind, err)
		}
	}
	if err := (Merge{Of: index()}).Write(t.Context(), io.Discard); err == nil {
		t.Error("nothing was merged")
	}
}

// A merge that ends in the middle leaves an object that is known as cut.
func TestAMergeThatFailsLeavesACutObject(t *testing.T) {
	object, other := write(t, header(1, 1), few()...), write(t, header(1, 1), put("a", "", 1, 2, 3))
	ctx, cancel := context.WithCancel(t.Context())
	failing := errors.New("the connection broke")
	for what, second := range map[string]func() (io.ReadCloser, error){
		"it cannot be opened again": func() (io.ReadCloser, error) { return nil, failing },
		"it is another one":         sources(other)[0],
		"it is cut now":             sources(object[:100])[0],
		"the context ends": func() (io.ReadCloser, error) {
			cancel()
			return sources(object)[0]()
		},
	} {
		opened := 0
		var out bytes.Buffer
		err := Merge{Of: index(), Sources: []Source{func() (io.ReadCloser, error) {
			if opened++; opened == 2 {
				return second()
			}
			return sources(object)[0]()
		}}}.Write(ctx, &out)
		if err == nil {
			t.Errorf("%s: no error", what)
		}
		if _, _, unread := read(&out, index()); fault(unread) != Cut {
			t.Errorf("%s: %v, and what was written: %v", what, err, unread)
		}
		if what == "the context ends" && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
		if ctx.Err() != nil {
			ctx, cancel = context.WithCancel(t.Context())
		}
	}
	cancel()
	small := full(30)
	err := Merge{Of: index(), Sources: sources(object)}.Write(t.Context(), &small)
	if _, source := errors.AsType[*SourceError](err); source || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a full disk: %v", err)
	}
	small = full(30)
	large := put("a", strings.Repeat("m", MaxMetadata), 1, 2, 3)
	err = Merge{Of: index(), Sources: sources(write(t, header(1, 1), large))}.Write(t.Context(), &small)
	if _, source := errors.AsType[*SourceError](err); source || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a full disk in the middle: %v", err)
	}
}
