package durable_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// A generation whose removal was asked by an earlier process, and which storaged removes
// while the index is opened, is none that is missing.
func TestAGenerationThatIsRemovedMeanwhile(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	written(t, s, o)
	oldest := heads(t, s)[0]
	name := file(t, s, oldest)
	head, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	x := open(t, o)
	if _, err := x.WriteGeneration(t.Context()); err != nil {
		t.Fatal(err)
	}
	testbed.Until(t, "the oldest generation is removed", func() bool { return !slices.Contains(keys(t, s, ""), oldest) })
	shut(t, x)
	if err := os.WriteFile(name, head, 0o600); err != nil {
		t.Fatal(err)
	}

	through, faults := testbed.Behind(t, s)
	faults.Set(func(r *http.Request) testbed.Fault {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, oldest) {
			_ = os.Remove(name) // not there is well
		}
		return testbed.None
	})
	o.Storage = through
	x = open(t, o)
	if got := batches(t, x); got != "01234567" || len(x.Stats().Damage) > 0 || len(x.Stats().Generations) != 2 {
		t.Errorf("%s, %+v", got, x.Stats())
	}
	shut(t, x)
}
