package vectord

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// tried is a change of names that is made over what people makes.
type tried struct {
	key  string // of the name that is written
	do   func(*registry) error
	then string // what there is when it was made
}

// peopleAre is what people makes, as lookOf tells it.
const peopleAre = "ax>x x=2 y=0"

func changesOfNames(t *testing.T) map[string]tried {
	free := func(*index) (func(), error) { return func() {}, nil }
	create := func(name string) func(*registry) error {
		return func(r *registry) error {
			_, _, err := r.create(t.Context(), vector.NewIndex{Name: name, Shape: vector.Shape{Dimension: 2}})
			return err
		}
	}
	restore := func(as string) func(*registry) error {
		return func(r *registry) error {
			_, err := r.restore(t.Context(), "x", vector.Restore{Snapshot: "s", As: as}, free)
			return err
		}
	}
	set := func(name, to string) func(*registry) error {
		return func(r *registry) error {
			_, err := r.setAlias(t.Context(), name, to)
			return err
		}
	}
	return map[string]tried{
		"create":            {"n", create("n"), "ax>x n=0 x=2 y=0"},
		"restore in place":  {"x", restore(""), "ax>x x=1 y=0"},
		"restore beside":    {"n", restore("n"), "ax>x n=1 x=2 y=0"},
		"set a new alias":   {"n", set("n", "y"), "ax>x n>y x=2 y=0"},
		"set another alias": {"ax", set("ax", "y"), "ax>y x=2 y=0"},
		"drop an alias":     {"ax", func(r *registry) error { return r.dropAlias(t.Context(), "ax") }, "x=2 y=0"},
		"drop an index":     {"x", func(r *registry) error { return r.drop(t.Context(), "x") }, "y=0"},
	}
}

// people makes an index x of two items with a snapshot s of one and an alias ax, and an
// empty index y. The registry waits for storaged no longer than a moment from then on.
func people(t *testing.T, store *storage.Client) *registry {
	t.Helper()
	r := newRegistry(t.Context(), Defaults().complete(), slog.New(slog.NewTextHandler(t.Output(), nil)), store)
	r.start(func(*index) func() { return func() {} })
	for _, name := range []string{"x", "y"} {
		if _, _, err := r.create(t.Context(), vector.NewIndex{Name: name, Shape: vector.Shape{Dimension: 2}}); err != nil {
			t.Fatal(err)
		}
	}
	mustAdd(t, r, "x", "a")
	x, err := r.find("x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.snapshots.take(t.Context(), x, "s"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, r, "x", "b")
	if _, err := r.setAlias(t.Context(), "ax", "x"); err != nil {
		t.Fatal(err)
	}
	r.patience = 600 * time.Millisecond
	return r
}

func add(t *testing.T, r *registry, name, id string) error {
	t.Helper()
	x, err := r.find(name)
	if err != nil {
		return err
	}
	open, leave, err := x.enterToChange()
	if err != nil {
		return err
	}
	defer leave()
	_, err = open.Add(t.Context(), []engine.Item{{ID: id, Vector: []float32{1, 0}}})
	return err
}

func mustAdd(t *testing.T, r *registry, name, id string) {
	t.Helper()
	if err := add(t, r, name, id); err != nil {
		t.Fatal(err)
	}
}

// lookOf is what there is: indexes with how many items each has, and where aliases lead.
func lookOf(r *registry) string {
	var words []string
	for _, a := range r.allAliases() {
		words = append(words, a.Alias+">"+a.Index)
	}
	for _, x := range r.list() {
		open, leave, err := x.enter()
		if err != nil {
			words = append(words, fmt.Sprintf("%s: %v", x.name, err))
			continue
		}
		words = append(words, fmt.Sprintf("%s=%d", x.name, open.Engine().Len()))
		leave()
	}
	return strings.Join(words, " ")
}

// unanswered lets storaged say nothing of a name: what writes it is carried out all the
// same, or is not.
func unanswered(t *testing.T, store *storage.Client, name string, carriedOut bool) func(*http.Request) testbed.Fault {
	return func(r *http.Request) testbed.Fault {
		switch {
		case !strings.HasSuffix(r.URL.Path, nameKey(name)):
			return testbed.None
		case carriedOut && r.Method == http.MethodPut:
			return testbed.CutAnswer
		case carriedOut && r.Method == http.MethodDelete: // its answer has nothing to cut
			if err := store.Delete(context.WithoutCancel(r.Context()), nameKey(name)); err != nil {
				t.Error(err)
			}
		}
		return testbed.Busy
	}
}

// looksAfterRestart ends a registry, and looks what the next one finds.
func looksAfterRestart(t *testing.T, r *registry, store *storage.Client, want string) {
	t.Helper()
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
	r = impatient(t, store)
	if got := lookOf(r); got != want {
		t.Errorf("after a restart there is %s, want %s", got, want)
	}
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// goesOnByItself tells that an error is of a change which goes on by itself.
func goesOnByItself(err error) bool {
	p := wire.AsProblem(err)
	return err != nil && p.Is(wire.ErrUnavailable) && strings.Contains(p.Detail, "goes on")
}

// A change of names of which storaged did not say whether it was made goes on until that is
// known: then it is as if it had been answered at once. No other name waits for it, and the
// same name is not changed before. What a start finds is whole, whenever the daemon ended,
// and the one or the other: nothing of either is removed before.
func TestChangesOfNamesThatStoragedDoesNotAnswer(t *testing.T) {
	for what, change := range changesOfNames(t) {
		for _, carriedOut := range []bool{true, false} {
			for _, ends := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, carried out %v, ends %v", what, carriedOut, ends), func(t *testing.T) {
					t.Parallel()
					store := testbed.StartStoraged(t)
					client, faults := testbed.Behind(t, store)
					r := people(t, client)
					faults.Set(unanswered(t, store, change.key, carriedOut))
					testbed.Until(t, "it goes on", func() bool { return goesOnByItself(change.do(r)) }) // it may be given up before its last step
					want := peopleAre
					if carriedOut {
						want = change.then
					}
					if !ends {
						want = change.then
						settles(t, r, change, faults)
					}
					looksAfterRestart(t, r, store, want)
				})
			}
		}
	}
}

// othersChange gives another name, and takes it back.
func othersChange(t *testing.T, r *registry) {
	t.Helper()
	testbed.Until(t, "another name is given meanwhile", func() bool {
		_, err := r.setAlias(t.Context(), "other", "y")
		return err == nil
	})
	testbed.Until(t, "and taken back", func() bool { return r.dropAlias(t.Context(), "other") == nil })
}

// settles lets storaged answer again, and waits until the change was made.
func settles(t *testing.T, r *registry, change tried, faults *testbed.Faults) {
	t.Helper()
	othersChange(t, r)
	if err := change.do(r); !goesOnByItself(err) {
		t.Errorf("the same again is answered by %v", err)
	}
	faults.Set(nil)
	testbed.Until(t, change.then, func() bool { return lookOf(r) == change.then })
}

// An index is not dropped while it is not known whether an alias leads to it still: the drop
// removes its aliases, and is not to remove another one's.
func TestADropBesideAnAliasThatWasNotAnswered(t *testing.T) {
	store := testbed.StartStoraged(t)
	client, faults := testbed.Behind(t, store)
	r := people(t, client)
	set := changesOfNames(t)["set another alias"]
	faults.Set(unanswered(t, store, set.key, true))
	testbed.Until(t, "it goes on", func() bool { return goesOnByItself(set.do(r)) })
	if err := r.drop(t.Context(), "x"); !goesOnByItself(err) {
		t.Errorf("the drop is answered by %v", err)
	}
	faults.Set(nil)
	testbed.Until(t, "it is dropped", func() bool { return r.drop(t.Context(), "x") == nil })
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
	r = impatient(t, store)
	if got := lookOf(r); got != "ax>y y=0" {
		t.Errorf("after a restart there is %s", got)
	}
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}
