package durable_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// secret is an item whose traces can be looked for.
func secret(n int) engine.Item {
	it := item(fmt.Sprintf("hidden-%d", n), uint64(n), fmt.Sprintf(`{"text":"whispered Con Fided %d","who":"them","hidden-field":1}`, n))
	it.Vector[3], it.Vector[4] = 1234.5678, 8765.4321
	return it
}

// traces are of any secret: two numbers, an id, a text, and its words as they are found.
func traces() (list [][]byte) {
	numbers := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1234.5678))
	return [][]byte{binary.LittleEndian.AppendUint32(numbers, math.Float32bits(8765.4321)), []byte("hidden-"), []byte("whispered Con"), []byte("whisperedconfided")}
}

// found gives the files in which there are traces.
func found(t *testing.T, s *storage.Client) (list []string) {
	t.Helper()
	root := filepath.Dir(file(t, s, "x.y"))
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) { // litter that was removed just now
			return nil
		}
		for i, trace := range traces() {
			if bytes.Contains(b, trace) {
				list = append(list, fmt.Sprintf("%s: trace %d", strings.TrimPrefix(name, root), i))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// scatter leaves secrets wherever they can be: in generations, in the log, merged or not,
// replaced, deleted, and there.
func scatter(t *testing.T, x *durable.Index) model {
	t.Helper()
	m := model{}
	for n := range 30 {
		plain := item(fmt.Sprintf("plain-%d", n), uint64(n), `{"who":"us"}`)
		add(t, x, plain, secret(n))
		m[plain.ID] = plain
		if n == 9 || n == 19 {
			if _, err := x.WriteGeneration(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	bare := secret(3)
	bare.ID, bare.Vector, bare.Metadata = "hidden-3", item("", 1, "").Vector, nil
	add(t, x, bare)
	if _, _, err := x.Delete(t.Context(), durable.Selection{IDs: []string{"hidden-4", "hidden-14", "hidden-24"}}); err != nil {
		t.Fatal(err)
	}
	return m
}

func secrets() (ids []string) {
	for n := range 30 {
		ids = append(ids, secret(n).ID)
	}
	return ids
}

func TestErase(t *testing.T) {
	for name, where := range map[string]durable.Selection{
		"by ids":    {IDs: append(secrets(), "nobody")},
		"by filter": {Filter: filter(t, `{"or":[{"who":"them"},{"who":{"exists":false}}]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			s := testbed.StartStoraged(t)
			o := options(s, t)
			o.Limits.MergeObjects, o.Engine.TextFields = 4, []string{"text"}
			x := create(t, o)
			m := scatter(t, x)
			if got := found(t, s); len(got) < 8 || !slices.ContainsFunc(got, func(trace string) bool { return strings.HasSuffix(trace, "trace 3") }) {
				t.Fatalf("the test sees %v", got)
			}
			e, err := x.Erase(t.Context(), where)
			if err != nil || e.Items != 27 || e.Count != 30 || e.Generations != 2 || e.LogObjects == 0 || e.Bytes == 0 {
				t.Errorf("%+v, %v", e, err)
			}
			if got := found(t, s); len(got) > 0 {
				t.Errorf("there is still %v", got)
			}
			m.holds(t, x)
			if _, err := x.Engine().Count(filter(t, `{"whom":"them"}`)); err == nil || strings.Contains(err.Error(), "hidden") || !strings.Contains(err.Error(), "there are who") {
				t.Errorf("of the fields it says: %v", err)
			}
			again := heads(t, s)
			if len(again) != 2 {
				t.Fatalf("%v", keys(t, s, ""))
			}
			add(t, x, item("plain-after", 1, ""))
			m["plain-after"] = item("plain-after", 1, "")
			shut(t, x)
			spoil(t, s, keys(t, s, "generations/")[3], .5) // the newest: the other one is as good
			x = open(t, o)
			m.holds(t, x)
			if got := x.Stats().Damage; len(got) != 1 {
				t.Errorf("%+v", got)
			}
			shut(t, x)
			if got := found(t, s); len(got) > 0 {
				t.Errorf("opened again there is %v", got)
			}
		})
	}
}

// Wherever an erasure is broken off, opened again the index has what it should, and the
// same call leaves no trace.
func TestAnErasureIsBrokenOff(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	o.Limits.Patience = 1
	o.Limits.Patience *= 1e9
	broken := 0
	for at := int64(1); ; at += 5 {
		if err := durable.Drop(t.Context(), s, o.ID); err != nil {
			t.Fatal(err)
		}
		x := create(t, o)
		m := scatter(t, x)
		var requests atomic.Int64
		f.Set(func(*http.Request) testbed.Fault {
			if requests.Add(1) >= at {
				return testbed.Reset
			}
			return testbed.None
		})
		_, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()})
		whole := err == nil
		now, cancel := context.WithCancel(t.Context())
		cancel()
		_ = x.Close(now) // as if it was killed
		f.Set(nil)
		x = open(t, o)
		if !whole {
			broken++
			for id := range held(t, x) {
				if _, ok := m[id]; !ok && !slices.Contains(secrets(), id) {
					t.Errorf("broken at %d: %s", at, id)
				}
			}
			if _, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()}); err != nil {
				t.Errorf("broken at %d, then again: %v", at, err)
			}
		}
		m.holds(t, x)
		if got := found(t, s); len(got) > 0 {
			t.Errorf("broken at %d: there is still %v", at, got)
		}
		shut(t, x)
		if whole {
			break
		}
	}
	if broken < 4 {
		t.Errorf("it was broken off at %d places only", broken)
	}
}

// An erasure reads what it wrote before it removes what is older: bytes that were spoiled
// on their way are no loss.
func TestAnErasureReadsWhatItWrote(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	x := create(t, o)
	m := scatter(t, x)
	f.Set(puts("generations", testbed.None, testbed.None, testbed.WrongUpload, testbed.None))
	if e, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()}); err == nil || e.Items != 27 {
		t.Errorf("%+v, %v", e, err)
	}
	f.Set(nil)
	x = reopen(t, x, o)
	m.holds(t, x)
	if got := x.Stats().Damage; len(got) != 1 {
		t.Errorf("%+v", got)
	}
	if _, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()}); err != nil {
		t.Error(err)
	}
	if got := found(t, s); len(got) > 0 {
		t.Errorf("there is still %v", got)
	}
	m.holds(t, x)
	shut(t, x)
}
