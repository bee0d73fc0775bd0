package durable_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// onDisk starts storaged on a folder, keeping so many bytes of its disk.
func onDisk(t *testing.T, data string, reserve int64) *storage.Client {
	t.Helper()
	env := testbed.NewEnv(t, "storaged")
	env.Fleet.Data = data
	c := storaged.Defaults()
	c.ReserveBytes = reserve
	return testbed.StartStoragedWith(t, env, c)
}

// Where the disk has come to its reserve nothing is added any more, and an erasure goes on:
// it takes the reserve, and leaves no trace. Broken off, the same call ends it.
func TestAnErasureBelowTheReserve(t *testing.T) {
	data := t.TempDir()
	var m model
	t.Run("before", func(t *testing.T) {
		s := onDisk(t, data, 1)
		x := create(t, options(s, t))
		m = scatter(t, x)
		shut(t, x)
	})
	t.Run("below the reserve", func(t *testing.T) { erasedBelow(t, data, m) })
	s := onDisk(t, data, 1) // room was made: there can be two again
	x := open(t, options(s, t))
	m.holds(t, x)
	add(t, x, item("plain-after", 1, ""))
	if _, err := x.WriteGeneration(t.Context()); err != nil || len(heads(t, s)) != 2 {
		t.Errorf("%v, %v", heads(t, s), err)
	}
	shut(t, x)
}

func erasedBelow(t *testing.T, data string, m model) {
	s := onDisk(t, data, 1<<60) // no disk is as large
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	o.Limits.PartBytes = 2000
	x := open(t, o)
	if _, err := x.Add(t.Context(), batch("more", 1)); !errors.Is(err, storage.ErrDiskReserve) {
		t.Fatalf("the disk is not full: %v", err)
	}
	broken := false
	f.Set(func(r *http.Request) testbed.Fault {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/generations/") || broken {
			return testbed.None
		}
		broken = true
		return testbed.Reset
	})
	if _, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()}); err == nil {
		t.Error("it is not broken off")
	}
	e, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()})
	if err != nil || e.Count != 30 || e.Generations == 0 || e.LogObjects == 0 {
		t.Errorf("%+v, %v", e, err)
	}
	if got := found(t, s); len(got) > 0 {
		t.Errorf("there is still %v", got)
	}
	if got := heads(t, s); len(got) != 1 {
		t.Errorf("generations: %v", got)
	}
	logs := slices.DeleteFunc(keys(t, s, "log/"), func(key string) bool { return strings.Contains(key, ".") })
	if stats := x.Stats(); len(stats.Generations) != 1 || stats.LogObjects != len(logs) {
		t.Errorf("told of generations %+v and %d objects of the log, and there are %v", stats.Generations, stats.LogObjects, logs)
	}
	m.holds(t, x)
	x = reopen(t, x, o)
	m.holds(t, x)
	if d := x.Stats().Damage; len(d) > 0 {
		t.Errorf("%+v", d)
	}
	shut(t, x)
}

// Below the reserve, an erasure that is broken off while it removes what is older is no damage to
// the start after it.
func TestAnErasureIsBrokenOffAtItsEnd(t *testing.T) {
	for _, kind := range []string{"/log/", "/generations/"} {
		data := t.TempDir()
		t.Run("before", func(t *testing.T) {
			x := create(t, options(onDisk(t, data, 1), t))
			scatter(t, x)
			shut(t, x)
		})
		client, f := testbed.Behind(t, onDisk(t, data, 1<<60))
		o := options(client, t)
		x := open(t, o)
		f.Set(func(r *http.Request) testbed.Fault {
			if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, kind) {
				return testbed.Reset
			}
			return testbed.None
		})
		if _, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()}); err == nil {
			t.Errorf("%s: it is not broken off", kind)
		}
		shut(t, x)
		f.Set(nil)
		x = open(t, o)
		if d := x.Stats().Damage; len(d) > 0 {
			t.Errorf("%s: %+v", kind, d)
		}
		shut(t, x)
	}
}

// The ids of what is erased may be more than an object in the reserve may have. These are the
// longest, and so many that the part before the last would fit if ids alone counted.
func TestManyAreErasedBelowTheReserve(t *testing.T) {
	data := t.TempDir()
	t.Run("before", func(t *testing.T) {
		s := onDisk(t, data, 1)
		x := create(t, options(s, t))
		const size, batchSize = 16_370, 1637
		for at := 0; at < size; at += batchSize {
			var items []engine.Item
			for n := range batchSize {
				items = append(items, item(fmt.Sprintf("hidden-%05d-%s", at+n, strings.Repeat("x", engine.MaxID-13)), 1, `{"who":"them"}`))
			}
			add(t, x, items...)
		}
		add(t, x, item("plain-0", 1, `{"who":"us"}`))
		shut(t, x)
	})
	s := onDisk(t, data, 1<<60)
	x := open(t, options(s, t))
	if e, err := x.Erase(t.Context(), durable.Selection{Filter: filter(t, `{"who":"them"}`)}); err != nil || e.Items != 16_370 || e.Count != 1 {
		t.Errorf("%d erased, %d left, %v", e.Items, e.Count, err)
	}
	if got := found(t, s); len(got) > 0 {
		t.Errorf("there is still %v", got)
	}
	model{"plain-0": item("plain-0", 1, `{"who":"us"}`)}.holds(t, x)
	shut(t, x)
}

// A generation for which there is no room is not begun, however often it is due; it is written
// when room was made.
func TestAGenerationThatHasNoRoom(t *testing.T) {
	data := t.TempDir()
	testbed.SmallDisk(t, data, 24<<20)
	s := onDisk(t, data, 2<<20)
	x := create(t, options(s, t))
	var items []engine.Item
	for n := range 150 { // 6 MB
		items = append(items, item(fmt.Sprint(n), 1, fmt.Sprintf(`{"text":%q}`, strings.Repeat("x", 40_000))))
	}
	add(t, x, items...)
	shut(t, x)
	litter := "vectors/0198-index/generations/00000000000000000007.nonce-000000"
	if _, _, err := s.Put(t.Context(), litter, strings.NewReader("left"), 4, storage.Condition{}); err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	client, f := testbed.Behind(t, s)
	var asked, written atomic.Int64
	f.Set(func(r *http.Request) testbed.Fault {
		switch {
		case strings.Contains(r.URL.Path, "/storage/buckets"):
			asked.Add(1)
		case r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/generations/"):
			written.Add(1)
		}
		return testbed.None
	})
	o := options(client, t)
	o.Limits.GenerationBytes = 1
	x = open(t, o)
	testbed.Until(t, "tries", func() bool { return asked.Load() > 4 || written.Load() > 0 })
	if err := x.Stats().GenerationError; written.Load() > 0 || !errors.Is(err, storage.ErrDiskReserve) || !strings.Contains(err.Error(), "free space") {
		t.Errorf("%d objects were begun; %v", written.Load(), err)
	}
	if slices.Contains(keys(t, s, "generations/"), litter) {
		t.Error("there is no room, and litter is kept")
	}
	empty(t, s)
	testbed.Until(t, "a generation", func() bool { return len(heads(t, s)) == 2 })
	shut(t, x)
}

// fill leaves less than 1 MiB of the disk above its reserve.
func fill(t *testing.T, s *storage.Client) {
	t.Helper()
	for n, err := 0, error(nil); err == nil; n++ {
		_, _, err = s.Put(t.Context(), fmt.Sprint("ballast/", n), bytes.NewReader(make([]byte, 1<<20)), 1<<20, storage.Condition{})
	}
}

// empty takes back what [fill] put there.
func empty(t *testing.T, s *storage.Client) {
	t.Helper()
	if _, err := s.DeleteUnder(t.Context(), "ballast/"); err != nil {
		t.Fatal(err)
	}
}

// Where half of what is free is too little for the index, an erasure is refused and nothing
// is changed.
func TestAnErasureThatHasNoRoom(t *testing.T) {
	data := t.TempDir()
	testbed.SmallDisk(t, data, 24<<20)
	s := onDisk(t, data, 2<<20)
	x := create(t, options(s, t))
	scatter(t, x)
	before, sequence := heads(t, s), x.Stats().Sequence
	want := held(t, x)
	fill(t, s)
	for _, err := range []error{x.Erasable(t.Context()), func() error {
		_, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()})
		return err
	}()} {
		if !errors.Is(err, storage.ErrDiskReserve) || !strings.Contains(err.Error(), "nothing was erased") || !strings.Contains(err.Error(), "free space") {
			t.Errorf("%v", err)
		}
	}
	want.holds(t, x)
	if after := heads(t, s); !slices.Equal(before, after) || x.Stats().Sequence != sequence {
		t.Errorf("there were %v and %d changes, and are %v and %d", before, sequence, after, x.Stats().Sequence)
	}
	empty(t, s)
	testbed.Until(t, "room", func() bool { return x.Erasable(t.Context()) == nil })
	if _, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()}); err != nil || len(found(t, s)) > 0 {
		t.Errorf("with room made: %v, %v", found(t, s), err)
	}
	shut(t, x)
}
