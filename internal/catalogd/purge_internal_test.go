package catalogd

import (
	"errors"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

func (e *engine) purgeAll(t *testing.T, of catalog.Registered, versions ...int64) catalog.Purged {
	t.Helper()
	done, err := e.purge(t.Context(), catalog.Purge{Name: of.Dataset, DatasetID: of.DatasetID, Versions: versions})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// A purge that was killed once the versions were gone is completed by the same
// request, at a catalogd that starts anew.
func TestAPurgeThatWasKilledIsCompleted(t *testing.T) {
	e := newEngine(t, Defaults())
	e.load1(t, catalog.Replace, 1)
	last := e.load1(t, catalog.Replace, 2)
	h, err := e.lookup(t.Context(), "n")
	if err != nil {
		t.Fatal(err)
	}
	ds := e.dir.open(catalog.Name{Namespace: catalog.DefaultNamespace, Name: "n"})
	if gone, _, err := e.dropVersions(t.Context(), ds, h, []int64{1}); err != nil || len(gone) != 1 {
		t.Fatalf("%d versions went, %v", len(gone), err)
	}
	if got := e.keys(t, catalog.DataPrefix(last.DatasetID)); len(got) != 2 {
		t.Fatalf("before it is completed the files are %v", got)
	}
	e = openEngine(t, e.store.Client, Defaults())
	if done := e.purgeAll(t, last, 1); len(done.Objects) == 0 || len(done.Versions) != 0 {
		t.Errorf("it completed %+v", done)
	}
	if got := e.keys(t, catalog.DataPrefix(last.DatasetID)); len(got) != 1 {
		t.Errorf("the files are %v", got)
	}
	if got := e.load1(t, catalog.Append, 3); got.Version != 3 || got.Rows != 2 {
		t.Errorf("the next version is %+v", got)
	}
}

// A registration whose files a purge removed meanwhile makes no version of them: it
// brings them again.
func TestAPurgeTakesNoFileFromAVersion(t *testing.T) {
	e := newEngine(t, Defaults())
	first := e.load1(t, catalog.Append, 1)
	r := e.registrationOf(t, catalog.Registration{Name: "n", Mode: catalog.Append}, 2)
	objects, err := e.store.locate(t.Context(), r.Objects)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := e.store.inspect(t.Context(), objects)
	if err != nil {
		t.Fatal(err)
	}
	ds := e.dir.open(r.name)
	q := &request{registration: r, ctx: t.Context(), done: make(chan struct{})}
	copies, err := e.prepare(t.Context(), ds, q, sources)
	if err != nil {
		t.Fatal(err)
	}
	done := e.purgeAll(t, first)
	if len(copies) != 1 || !slices.ContainsFunc(done.Objects, func(o catalog.DataObject) bool { return o.Key == copies[0] }) {
		t.Fatalf("of the copies %v went %v", copies, done.Objects)
	}
	if e.submit(ds, q); !errors.Is(q.err, errPrepareAgain) {
		t.Errorf("the registration got %v", q.err)
	}
	if answer, created, err := e.register(t.Context(), r); err != nil || !created || answer.Rows != 2 {
		t.Errorf("again: %+v, %t, %v", answer, created, err)
	}
	if got := e.readable(t); len(got) != 2 {
		t.Errorf("the files that can be read are %v", got)
	}
}

// Where another catalogd may be about to register a young file, it stays.
func TestAPurgeOfASharedBucketSparesYoungFiles(t *testing.T) {
	c := Defaults()
	c.Shared = true
	e := newEngine(t, c)
	e.load1(t, catalog.Replace, 1)
	last := e.load1(t, catalog.Replace, 2)
	young, aged := e.putOwn(t, last.DatasetID, 3), e.putOwn(t, last.DatasetID, 4)
	e.age(t, 2*sharedAge, aged)
	e.purgeAll(t, last, 1)
	if got := e.keys(t, catalog.DataPrefix(last.DatasetID)); len(got) != 2 || !slices.Contains(got, young) {
		t.Errorf("the files are %v, want the current version's and %s", got, young)
	}
}
