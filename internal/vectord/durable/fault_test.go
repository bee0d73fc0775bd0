package durable_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// puts says which fault each PUT below a folder has, in turn, the last one for all that
// follow.
func puts(folder string, faults ...testbed.Fault) func(*http.Request) testbed.Fault {
	return func(r *http.Request) testbed.Fault {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/"+folder+"/") {
			return testbed.None
		}
		fault := faults[0]
		if len(faults) > 1 {
			faults = faults[1:]
		}
		return fault
	}
}

// An answer that is lost is found out about: each change is made once, in its turn, and
// no number is left out, whether the change was stored or not.
func TestAnswersAreLost(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	x := create(t, o)
	m := model{}
	for name, faults := range map[string][]testbed.Fault{
		"stored":               {testbed.CutAnswer, testbed.None},
		"stored, and again":    {testbed.CutAnswer, testbed.CutAnswer, testbed.CutAnswer, testbed.None},
		"not stored":           {testbed.Reset, testbed.None},
		"this, then the other": {testbed.Reset, testbed.CutAnswer, testbed.None},
	} {
		f.Set(puts("log", faults...))
		var group sync.WaitGroup
		for _, part := range []string{"a", "b", "c"} {
			items := batch(name+part, 3)
			group.Go(func() {
				if got, err := x.Add(t.Context(), items); err != nil || got.Added != 3 {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
			})
			for _, it := range items {
				m[it.ID] = it
			}
		}
		group.Wait()
	}
	f.Set(nil)
	if got := x.Stats(); got.Sequence != 12 {
		t.Errorf("12 changes have %d numbers", got.Sequence)
	}
	x = reopen(t, x, o)
	m.holds(t, x)
	if got := x.Stats(); got.Sequence != 12 || len(got.Damage) > 0 {
		t.Errorf("%+v", got)
	}
	shut(t, x)
}

// A storaged that is not there is a 503 that names it, and nothing is applied. What may
// have been stored is settled before the next change, also where that is another one.
func TestStoragedIsAway(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	x := create(t, o)
	m := model{}
	keep := func(name string) {
		for _, it := range batch(name, 2) {
			m[it.ID] = it
		}
	}
	away := func(name string) {
		t.Helper()
		_, err := x.Add(t.Context(), batch(name, 2))
		var p *wire.Problem
		if !errors.As(err, &p) || !p.Is(wire.ErrUnavailable) || p.Fields["service"] != "storaged" {
			t.Errorf("%s: %v", name, err)
		}
	}
	add(t, x, batch("before", 2)...)
	keep("before")
	f.Set(puts("log", testbed.CutAnswer)) // it is stored, and nobody ever hears of it
	away("stored")
	keep("stored")
	if len(held(t, x)) != 2 {
		t.Error("what nobody knows to be durable was applied")
	}
	away("not sent, since the one before is not settled")
	f.Set(puts("log", testbed.Reset))
	away("not sent either")
	f.Set(nil)
	add(t, x, batch("after", 2)...)
	keep("after")
	m.holds(t, x)

	f.Set(puts("log", testbed.Reset)) // it is not stored, and would be sent again later
	away("late")
	ends := httptest.NewServer(f)
	nowhere := *s
	nowhere.Base = ends.URL
	o2 := options(&nowhere, t)
	o2.ID = "0199-nowhere"
	x2 := create(t, o2)
	ends.CloseClientConnections()
	ends.Close()
	o2.ID = "0200-never"
	if _, err := durable.Create(t.Context(), o2); !errors.Is(err, wire.ErrUnavailable) {
		t.Errorf("made where no storaged is: %v", err)
	}
	if _, err := x2.Add(t.Context(), batch("refused", 1)); !errors.Is(err, wire.ErrUnavailable) || strings.Contains(err.Error(), "did not say") {
		t.Errorf("a connection that is refused says that nothing was stored: %v", err)
	}
	shut(t, x2)
	shut(t, x) // with a change of which nobody knows
	f.Set(nil)
	x = open(t, o)
	m.holds(t, x)
	add(t, x, batch("last", 2)...)
	keep("last")
	m.holds(t, x)
	shut(t, x)
}

// A second index on the same objects is refused when it writes, and is read still.
func TestTwoOfOneID(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	first := create(t, o)
	add(t, first, batch("a", 5)...)
	second := open(t, o)
	add(t, first, batch("b", 5)...)
	for range 2 {
		var overtaken *durable.OvertakenError
		_, err := second.Add(t.Context(), batch("c", 5))
		if !errors.As(err, &overtaken) || overtaken.Key != keys(t, s, "log/")[1] {
			t.Errorf("the second: %v", err)
		}
	}
	if second.Stats().Refusal == nil || len(held(t, second)) != 5 {
		t.Errorf("%+v", second.Stats())
	}
	shut(t, second)
	add(t, first, batch("d", 5)...)
	shut(t, first)
	x := open(t, o)
	if got := held(t, x); len(got) != 15 {
		t.Errorf("%d items", len(got))
	}
	shut(t, x)
}

// A disk that is full is storaged's 507; nothing is applied, what was there stays, and
// with room again all goes on, the upkeep too.
func TestTheDiskIsFull(t *testing.T) {
	env := testbed.NewEnv(t, "storaged")
	testbed.SmallDisk(t, env.Fleet.Data, 1<<20)
	c := storaged.Defaults()
	c.ReserveBytes = 1
	s := testbed.StartStoragedWith(t, env, c)
	o := options(s, t)
	o.Limits.GenerationBytes = 200 << 10
	x := create(t, o)
	m, n := model{}, 0
	var err error
	for ; n < 100 && err == nil; n++ {
		items := batch(fmt.Sprintf("b%d", n), 200)
		if _, err = x.Add(t.Context(), items); err == nil {
			for _, it := range items {
				m[it.ID] = it
			}
		}
	}
	var p *wire.Problem
	if !errors.As(err, &p) || p.Kind.Status != http.StatusInsufficientStorage {
		t.Fatalf("after %d batches: %v", n, err)
	}
	m.holds(t, x)
	testbed.Until(t, "a generation failed, and says so", func() bool { return x.Stats().GenerationError != nil || len(x.Stats().Generations) > 1 })
	x = reopen(t, x, o)
	m.holds(t, x)
	shut(t, x)
}

// A generation that cannot be written leaves the one before and the log, and no litter.
func TestAGenerationFails(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	o.Limits.PartBytes = 8 << 10
	x := create(t, o)
	m := model{}
	for n := range 4 {
		items := batch(fmt.Sprintf("b%d", n), 100)
		add(t, x, items...)
		for _, it := range items {
			m[it.ID] = it
		}
		if n == 0 {
			if _, err := x.WriteGeneration(t.Context()); err != nil {
				t.Fatal(err)
			}
			continue
		}
		faults := [][]testbed.Fault{nil,
			{testbed.None, testbed.None, testbed.Reset, testbed.None}, // a part
			{testbed.None, testbed.CutAnswer, testbed.None},           // a part that is there
			{testbed.None, testbed.None, testbed.Stall},
		}[n]
		f.Set(puts("generations", faults...))
		ctx, cancel := context.WithCancel(t.Context())
		if n == 3 { // whoever asked leaves while nothing moves
			f.Set(func(r *http.Request) testbed.Fault {
				fault := puts("generations", testbed.Stall)(r)
				if fault == testbed.Stall {
					cancel()
				}
				return fault
			})
		}
		if g, err := x.WriteGeneration(ctx); err == nil {
			t.Errorf("%d: %+v", n, g)
		}
		cancel()
		f.Set(nil)
		if got := heads(t, s); len(got) != 2 {
			t.Errorf("%d: %v", n, got)
		}
		testbed.Until(t, "the parts are removed", func() bool {
			whole := heads(t, s)
			return !slices.ContainsFunc(keys(t, s, "generations/"), func(key string) bool {
				return !slices.ContainsFunc(whole, func(head string) bool { return key == head || strings.HasPrefix(key, head+".") })
			})
		})
	}
	x = reopen(t, x, o)
	m.holds(t, x)

	// The answer to its head is lost: it is found to be there.
	f.Set(func(r *http.Request) testbed.Fault {
		if !strings.Contains(path.Base(r.URL.Path), ".") {
			return puts("generations", testbed.CutAnswer)(r)
		}
		return testbed.None
	})
	_, err := x.WriteGeneration(t.Context())
	f.Set(nil)
	if err == nil {
		t.Error("a head that was never answered for")
	}
	g, err := x.WriteGeneration(t.Context())
	if err != nil || g.Sequence != 4 {
		t.Errorf("%+v, %v", g, err)
	}
	x = reopen(t, x, o)
	m.holds(t, x)
	if got := x.Stats(); len(got.Damage) > 0 || len(got.Generations) != 2 {
		t.Errorf("%+v", got)
	}
	shut(t, x)
}

// One that is behind and does not know it removes nothing: it looks before its upkeep.
func TestWhoIsBehindRemovesNothing(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	first := create(t, o)
	add(t, first, batch("a", 5)...)
	if _, err := first.WriteGeneration(t.Context()); err != nil {
		t.Fatal(err)
	}
	add(t, first, batch("b", 5)...)
	second := open(t, o)
	add(t, first, batch("c", 5)...)
	before := keys(t, s, "")
	var overtaken *durable.OvertakenError
	if _, err := second.WriteGeneration(t.Context()); !errors.As(err, &overtaken) {
		t.Errorf("a generation: %v", err)
	}
	if _, err := second.Erase(t.Context(), durable.Selection{IDs: []string{"nobody"}}); !errors.As(err, &overtaken) {
		t.Errorf("an erasure: %v", err)
	}
	shut(t, second)
	if after := keys(t, s, ""); !slices.Equal(before, after) {
		t.Errorf("there were %v, and are %v", before, after)
	}
	shut(t, first)
}
