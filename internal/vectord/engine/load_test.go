package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/lexical"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

func save(t testing.TB, x *engine.Index) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := x.Save(&out, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// talking is an index whose items have texts, some of them, and values.
func talking(t testing.TB, fields ...string) *engine.Index {
	return newIndex(t, engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 2000, TextFields: fields})
}

// A loaded index is asked by words and by filters as the one that was saved, also where
// other fields are found by words now.
func TestWordsAndValuesAreLoaded(t *testing.T) {
	x := talking(t, "text")
	for n := range 700 {
		it := item(n)
		it.Metadata = fmt.Appendf(nil, `{"n":%d,"title":"title%d of"}`, n, n%10)
		if n%3 == 0 {
			it.Metadata = fmt.Appendf(nil, `{"n":%d,"text":["word%d","common"],"title":"title%d"}`, n, n%30, n%10)
		}
		put(t, x, it)
	}
	bytesOf := save(t, x)
	same := talking(t, "text")
	if err := same.Load(bytes.NewReader(bytesOf)); err != nil {
		t.Fatal(err)
	}
	if got, want := same.Stats(), x.Stats(); got.Texts != want.Texts || got.Words != want.Words || got.Metadata != want.Metadata || got.Fields != want.Fields {
		t.Errorf("%+v was saved, and %+v loaded", want, got)
	}
	for _, q := range []engine.Query{{Text: "word3", K: 50}, {Text: "common", K: 10, Filter: filter(t, `{"n":{"gt":600}}`)}, {Vector: point(3), K: 9, Filter: filter(t, `{"title":"title3 of"}`)}} {
		if got, want := search(t, same, q), search(t, x, q); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%+v finds %v, and did %v", q, got, want)
		}
	}
	other := talking(t, "title")
	if err := other.Load(bytes.NewReader(bytesOf)); err != nil {
		t.Fatal(err)
	}
	if got, _ := other.Count(filter(t, `{"text":"word3"}`)); got != 24 || len(search(t, other, engine.Query{Text: "title3", K: 100})) != 70 {
		t.Errorf("by other fields: %d with a text, %d with a title", got, len(search(t, other, engine.Query{Text: "title3", K: 100})))
	}
	if !bytes.Equal(plain(t, save(t, same)), plain(t, bytesOf)) {
		t.Errorf("saved again it is something else")
	}
}

// What an earlier release saved, without the words of texts, is loaded all the same, and so is
// what one saved that found other words in them: they are found anew.
func TestWordsThatWereNotSaved(t *testing.T) {
	earlier, err := os.ReadFile("testdata/without-words")
	if err != nil {
		t.Fatal(err)
	}
	x, y := talking(t, "text"), talking(t, "text")
	for n := range 12 {
		it := item(n)
		it.Metadata = fmt.Appendf(nil, `{"n":%d,"text":"word%d common"}`, n, n%3)
		put(t, x, it)
	}
	if err := y.Load(bytes.NewReader(earlier)); err != nil {
		t.Fatal(err)
	}
	now, before := plain(t, save(t, y)), plain(t, earlier)
	if !bytes.HasPrefix(now, before) || !bytes.Contains(now[len(before):], []byte("commonword1")) {
		t.Fatal("saved again there are no words behind the rest")
	}
	now[len(before)]++ // as another release would find words
	z := talking(t, "text")
	if err := z.Load(bytes.NewReader(resealed(t, now))); err != nil {
		t.Fatal(err)
	}
	for _, q := range []engine.Query{{Text: "word1", K: 9}, {Text: "word2 common", K: 20}} {
		want := search(t, x, q)
		if got, other := search(t, y, q), search(t, z, q); !slices.Equal(got, want) || !slices.Equal(other, want) || len(want) < 4 {
			t.Errorf("%q finds %v and %v, want %v", q.Text, got, other, want)
		}
	}
}

// resealed puts checksums around what a stream holds.
func resealed(t testing.TB, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := sealed.NewWriter(&out)
	if _, err := w.Write(plain); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// plain gives what a sealed stream holds.
func plain(t testing.TB, b []byte) []byte {
	t.Helper()
	out, err := io.ReadAll(sealed.NewReader(bytes.NewReader(b)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Bytes whose checksums hold are refused where they are no index, and else make one that
// works.
func FuzzLoad(f *testing.F) {
	config := engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 64, TextFields: []string{"text"}}
	x := newIndex(f, config)
	for n := range 9 {
		it := item(n)
		it.Metadata = fmt.Appendf(nil, `{"n":%d,"text":"word%d"}`, n, n%2)
		put(f, x, it)
	}
	x.Settle(f.Context(), 1)
	f.Add(plain(f, save(f, x)))
	f.Fuzz(func(t *testing.T, b []byte) {
		y, err := engine.New(config, simd.Best())
		if err != nil {
			t.Fatal(err)
		}
		defer y.Close()
		var graph *hnsw.SavedError
		var values *metadata.SavedError
		var words *lexical.SavedError
		if err := y.Load(bytes.NewReader(resealed(t, b))); err != nil {
			if !errors.As(err, &graph) && !errors.As(err, &values) && !errors.As(err, &words) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%v", err)
			}
			return
		}
		for _, q := range []engine.Query{{Vector: point(1), K: 3, Filter: filter(t, `{"n":{"gte":0}}`)}, {Text: "word1", K: 3, WithMetadata: true}} {
			_, _ = y.Search(q)
		}
		put(t, y, item(1), item(70))
		y.Delete([]string{"c-0001", "c-0002"})
		y.Mend()
		plain(t, save(t, y))
	})
}
