package durable_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
)

// adder is an index that takes batches.
type adder interface {
	Add(ctx context.Context, items []engine.Item) (durable.Added, error)
}

// A merge that was broken off is stored when the index is open again already: that is no
// damage, and what it holds is litter from then on.
func TestAMergeIsStoredLate(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	x := create(t, o)
	for n := range 4 {
		add(t, x, batch(fmt.Sprint("b", n), 2)...)
	}
	m := journal.Merge{Of: journal.Index{ID: o.ID, Dimension: dimension}}
	all := keys(t, s, "log/")
	for _, key := range all[:3] {
		m.Sources = append(m.Sources, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(read(t, s, key))), nil })
	}
	var merged bytes.Buffer
	if err := m.Write(t.Context(), &merged); err != nil {
		t.Fatal(err)
	}
	o.Limits.MergeObjects = 5
	x = reopen(t, x, o)
	if _, _, err := s.Put(t.Context(), all[0], &merged, -1, storage.Condition{}); err != nil {
		t.Fatal(err)
	}
	add(t, x, batch("b4", 2)...) // makes five, as far as it knows
	testbed.Until(t, "the late merge is known", func() bool { return x.Stats().LogObjects == 3 && len(keys(t, s, "log/")) == 3 })
	x = reopen(t, x, o)
	if got := batches(t, x); len(held(t, x)) != 10 || len(x.Stats().Damage) > 0 {
		t.Errorf("%s, %+v", got, x.Stats().Damage)
	}
	shut(t, x)
}

// Small objects become one. What a crash leaves of the others is told apart from what is
// new, and removed; so is a merge of which nobody heard that it was stored.
func TestMergesAndWhatTheyLeave(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	x := create(t, o)
	m := model{}
	for n := range 9 {
		it := item(fmt.Sprintf("c-%d", n%4), uint64(n), fmt.Sprintf(`{"n":%d}`, n))
		add(t, x, it)
		m[it.ID] = it
	}
	before := map[string][]byte{}
	for _, key := range keys(t, s, "log/") {
		before[key] = read(t, s, key)
	}
	o.Limits.MergeObjects = 9
	lost := 0
	f.Set(func(r *http.Request) testbed.Fault {
		if r.Method == http.MethodPut && r.Header.Get("If-Match") != "" && lost < 1 {
			lost++
			return testbed.CutAnswer
		}
		return testbed.None
	})
	x = reopen(t, x, o)
	testbed.Until(t, "nine objects are one", func() bool { return len(keys(t, s, "log/")) == 1 })
	f.Set(nil)
	if got := x.Stats(); got.LogObjects != 1 || lost != 1 {
		t.Errorf("%+v, %d answers lost", got, lost)
	}
	shut(t, x)

	all := keys(t, s, "log/")[0]
	if n := len(read(t, s, all)); n > 5*len(before[all]) {
		t.Errorf("four items take %d bytes, and one took %d", n, len(before[all]))
	}
	for key, body := range before { // as if it crashed before they were removed
		if key == all || strings.HasSuffix(key, "4") {
			continue
		}
		if _, _, err := s.Put(t.Context(), key, bytes.NewReader(body), int64(len(body)), storage.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	x = open(t, o)
	m.holds(t, x)
	if got := x.Stats(); got.Sequence != 9 || len(got.Damage) > 0 {
		t.Errorf("%+v", got)
	}
	testbed.Until(t, "the leftovers are removed", func() bool { return len(keys(t, s, "log/")) == 1 })
	if _, err := x.WriteGeneration(t.Context()); err != nil {
		t.Error(err)
	}
	x = reopen(t, x, o)
	m.holds(t, x)
	shut(t, x)
}

func read(t *testing.T, s *storage.Client, key string) []byte {
	t.Helper()
	in, _, err := s.Get(t.Context(), key, storage.Range{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Generations, asked for and by themselves, are taken while writers replace and delete:
// each of them with the log after it is what the index was in the end.
func TestGenerationsWhileItIsWritten(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Limits.GenerationBytes, o.Limits.MergeObjects = 40<<10, 6
	x := create(t, o)
	m := model{}
	var mu sync.Mutex
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for n := range 150 {
				id := fmt.Sprintf("w%d-%d", w, n%40)
				it := item(id, uint64(1000*w+n), fmt.Sprintf(`{"n":%d}`, n))
				if _, err := x.Add(t.Context(), []engine.Item{it}); err != nil {
					t.Error(err)
				}
				mu.Lock()
				m[id] = it
				mu.Unlock()
				if n%7 == 0 {
					if _, _, err := x.Delete(t.Context(), durable.Selection{IDs: []string{id}}); err != nil {
						t.Error(err)
					}
					mu.Lock()
					delete(m, id)
					mu.Unlock()
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		writers.Wait()
		close(ended)
	}()
	for n := 0; ; n++ {
		if _, err := x.WriteGeneration(t.Context()); err != nil {
			t.Error(err)
		}
		select {
		case <-ended:
		default:
			continue
		}
		break
	}
	newest := heads(t, s)
	x = reopen(t, x, o)
	m.holds(t, x)
	shut(t, x)
	spoil(t, s, newest[len(newest)-1], .3) // and of the one before
	x = open(t, o)
	m.holds(t, x)
	if got := x.Stats().Damage; len(got) != 1 {
		t.Errorf("%+v", got)
	}
	shut(t, x)
}
