package durable_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	m.holds(t, x)
	x = reopen(t, x, o)
	m.holds(t, x)
	if d := x.Stats().Damage; len(d) > 0 {
		t.Errorf("%+v", d)
	}
	shut(t, x)
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
	for n := 0; ; n++ {
		if _, _, err := s.Put(t.Context(), fmt.Sprint("ballast/", n), bytes.NewReader(make([]byte, 1<<20)), 1<<20, storage.Condition{}); err != nil {
			break
		}
	}
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
	for n := range 15 {
		_ = s.Delete(t.Context(), fmt.Sprint("ballast/", n))
	}
	testbed.Until(t, "room", func() bool { return x.Erasable(t.Context()) == nil })
	if _, err := x.Erase(t.Context(), durable.Selection{IDs: secrets()}); err != nil || len(found(t, s)) > 0 {
		t.Errorf("with room made: %v, %v", found(t, s), err)
	}
	shut(t, x)
}
