package catalogd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// away makes storage unreachable until the test calls back.
func (e *engine) away() (back func()) {
	base := e.store.Base
	e.store.Base = "http://127.0.0.1:1"
	return func() { e.store.Base = base }
}

// TestCleanUpIsTriedAgain: what storage refuses to sweep or to remove is not
// forgotten, and a failed sweep is not made again at once.
func TestCleanUpIsTriedAgain(t *testing.T) {
	c := Defaults()
	c.MaxVersions, c.KeepNewest = 2, 1
	e := newEngine(t, c)
	for n := range 3 {
		e.load1(t, catalog.Replace, n)
	}
	last := e.load1(t, catalog.Replace, 3)
	ds := e.dir.open(catalog.Name{Namespace: "default", Name: "n"})
	ds.head.Load().table.Store(nil) // so that the sweep has to ask storage
	now := time.Now()

	back := e.away()
	e.cleanOnce(t.Context(), now.Add(sweepPatience))
	if again := e.cleaner.takeExpired(now.Add(sweepPatience / 2)); len(again) > 0 {
		t.Error("a sweep that failed is made again at once")
	}
	back()
	e.cleanOnce(t.Context(), now.Add(2*sweepPatience))

	back = e.away()
	due := now.Add(2*sweepPatience + c.DeleteAfter.Std())
	e.cleanOnce(t.Context(), due)
	back()
	if left := e.keys(t, catalog.DataPrefix(last.DatasetID)); len(left) != 4 {
		t.Fatalf("%d data files with storage away, not all 4", len(left))
	}
	e.cleanOnce(t.Context(), due.Add(deleteRetry))
	if left := e.keys(t, catalog.DataPrefix(last.DatasetID)); len(left) != 2 {
		t.Errorf("left are %q, two are needed", left)
	}
}

// TestManyFailedVersionsWait: over sweepBatch of them are swept at once, but
// not again right after that failed.
func TestManyFailedVersionsWait(t *testing.T) {
	c := newCleaner(time.Hour)
	ds := expiredOf{dataset: &dataset{}}
	c.expire(ds, make([]record, sweepBatch))
	now := time.Now()
	gone := c.takeExpired(now)[ds]
	if len(gone) != sweepBatch {
		t.Fatalf("%d versions are swept up, not %d", len(gone), sweepBatch)
	}
	c.putBack(ds, gone)
	c.expire(ds, make([]record, 1))
	if again := c.takeExpired(now.Add(sweepPatience / 2)); len(again) > 0 {
		t.Error("a sweep that failed is made again at once")
	}
	if again := c.takeExpired(now.Add(2 * sweepPatience))[ds]; len(again) != sweepBatch+1 {
		t.Errorf("%d versions are swept up later, not %d", len(again), sweepBatch+1)
	}
}

// TestPanicCostsOneBatch: those who wait for a commit that panics are answered,
// and the dataset takes the next registration.
func TestPanicCostsOneBatch(t *testing.T) {
	e := newEngine(t, Defaults())
	ds := e.dir.open(catalog.Name{Namespace: "default", Name: "n"})
	broken := func() *request { // without a context a commit panics
		return &request{registration: &registration{Registration: catalog.Registration{Mode: catalog.Append}}, done: make(chan struct{})}
	}
	waiting, first := broken(), broken()
	ds.queue = append(ds.queue, waiting)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		e.submit(ds, first)
	}()
	for _, r := range []*request{waiting, first} {
		if !r.finished() || r.err == nil {
			t.Error("a request of the batch has no answer")
		}
	}
	select {
	case ds.token <- struct{}{}:
		<-ds.token
	default:
		t.Fatal("the dataset takes no registration any more")
	}
	if answer := e.load1(t, catalog.Append, 1); answer.Version != 1 {
		t.Errorf("the registration after it made version %d", answer.Version)
	}
}

// TestSweepEndsWithItsContext: a daemon that stops does not wait for a commit.
func TestSweepEndsWithItsContext(t *testing.T) {
	e := newEngine(t, Defaults())
	ds := e.dir.open(catalog.Name{Namespace: "default", Name: "n"})
	ds.token <- struct{}{}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := e.sweep(ctx, expiredOf{dataset: ds}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("the sweep ended with %v", err)
	}
}

// TestListingBesideABadPointer: a damaged pointer costs its own dataset, also
// where each listing reads the pointers again.
func TestListingBesideABadPointer(t *testing.T) {
	c := Defaults()
	c.Shared = true
	e := newEngine(t, c)
	e.load1(t, catalog.Replace, 1)
	const key = pointerPrefix + "default/bad" + pointerSuffix
	if err := e.store.writeAll(t.Context(), []blob{{key: key, data: []byte("{")}}); err != nil {
		t.Fatal(err)
	}
	page, err := e.list(t.Context(), catalog.Name{}, 10)
	if err != nil {
		t.Fatalf("the listing failed: %v", err)
	}
	names := make([]string, len(page.Datasets))
	for i, d := range page.Datasets {
		names[i] = d.Name
	}
	if !slices.Equal(names, []string{"n"}) {
		t.Errorf("listed are %s", strings.Join(names, " "))
	}
}
