package catalogd

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// TestOrphansGo: what no kept version names is removed once the longest query
// has passed, of whatever sort it is, and nothing else is.
func TestOrphansGo(t *testing.T) {
	c := Defaults()
	c.MaxVersions, c.KeepNewest = 5, 2
	e := newEngine(t, c)
	for n := range 4 {
		e.load1(t, catalog.Replace, n)
	}
	for n := range maxRecent { // some receipts are archived, some versions expire
		e.load1(t, catalog.Append, 10+n)
	}
	first := e.load1(t, catalog.Replace, 100)
	second := e.loadInto(t, "m", catalog.Append, 5)
	e.cleanOnce(t.Context(), time.Now().Add(sweepPatience))
	e.cleanOnce(t.Context(), time.Now().Add(2*c.DeleteAfter.Std()))
	needed := e.keys(t, datasetsPrefix)
	if !slices.ContainsFunc(needed, func(key string) bool { return strings.Contains(key, "/receipts/") }) {
		t.Fatal("no receipts are archived")
	}

	unborn := catalog.NewID()
	orphans := slices.Concat(e.litter(t, first.DatasetID), e.litter(t, second.DatasetID), []string{
		e.putOwn(t, unborn, 1),
		e.put(t, catalog.MetadataPrefix(unborn)+"00001-"+catalog.NewID()+".metadata.json", []byte("{}")),
		e.put(t, catalog.MetadataPrefix(unborn)+"snap-7-"+catalog.NewID()+".avro", []byte("a manifest list")),
	})
	foreign := []string{
		e.put(t, datasetsPrefix+"readme.txt", []byte("x")),
		e.put(t, datasetsPrefix+"notes/data/x.parquet", []byte("x")),
		e.put(t, datasetsPrefix+first.DatasetID+"/notes/x", []byte("x")),
	}
	e.age(t, old, slices.Concat(needed, orphans, foreign)...)
	young := slices.Concat(e.litter(t, first.DatasetID), []string{e.putOwn(t, catalog.NewID(), 2)})

	want := slices.Sorted(slices.Values(slices.Concat(needed, foreign, young)))
	w, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans)
	if err != nil || len(w.doomed) != len(orphans) || w.limited {
		t.Fatalf("%d orphans are found, not %d: %v", len(w.doomed), len(orphans), err)
	}
	e.cleanOnce(t.Context(), time.Now().Add(c.DeleteAfter.Std()-time.Minute))
	if now := e.keys(t, datasetsPrefix); len(now) != len(want)+len(orphans) {
		t.Errorf("%d objects are there before the longest query has passed, not %d", len(now), len(want)+len(orphans))
	}
	e.cleanOnce(t.Context(), time.Now().Add(c.DeleteAfter.Std()))
	if left := e.keys(t, datasetsPrefix); !slices.Equal(left, want) {
		t.Errorf("%d objects are left, not %d:\n%s", len(left), len(want), differences(left, want))
	}
	if n := counted(t, e.metrics.removed.WithLabelValues(removedOrphan)); int(n) != len(orphans) {
		t.Errorf("%v removed orphans are counted, not %d", n, len(orphans))
	}
	if files := e.readable(t); len(files) != maxRecent+3 {
		t.Errorf("the kept versions hold %d files", len(files))
	}
	if left := e.withoutOrphans(t); !slices.Equal(left, want) {
		t.Errorf("another search took more:\n%s", differences(left, want))
	}
}

// TestOrphanSearchStopsAtDamage: where anything cannot be read that may name a
// file, the search removes nothing, in other folders either, and commits may adopt
// again what it had found.
func TestOrphanSearchStopsAtDamage(t *testing.T) {
	damage := func(e *engine, key string) func(*testing.T) {
		return func(t *testing.T) { e.put(t, key, []byte("{")) }
	}
	for name, harm := range map[string]func(e *engine, last catalog.Manifest) func(*testing.T){
		"a pointer of before":  func(e *engine, _ catalog.Manifest) func(*testing.T) { return damage(e, "catalog/default/bad.json") },
		"a known pointer":      func(e *engine, last catalog.Manifest) func(*testing.T) { return damage(e, "catalog/default/z.json") },
		"a pointer put aside":  func(e *engine, _ catalog.Manifest) func(*testing.T) { return damage(e, "catalog/default/x.json.bak") },
		"the table's metadata": func(e *engine, last catalog.Manifest) func(*testing.T) { return damage(e, last.MetadataKey) },
		"a manifest": func(e *engine, last catalog.Manifest) func(*testing.T) {
			meta := catalog.MetadataPrefix(last.DatasetID)
			at := slices.IndexFunc(e.keys(t, meta), func(key string) bool { return strings.HasSuffix(key, "-m.avro") })
			return damage(e, e.keys(t, meta)[at])
		},
		"storage": func(e *engine, _ catalog.Manifest) func(*testing.T) { return func(*testing.T) { e.away() } },
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t, Defaults())
			first := e.load1(t, catalog.Append, 1)
			e.loadInto(t, "z", catalog.Append, 1)
			last, err := e.manifest(t.Context(), "z", catalog.At{})
			if err != nil {
				t.Fatal(err)
			}
			orphans := append(e.litter(t, first.DatasetID), e.putOwn(t, "00000000-0000-7000-8000-000000000000", 1))
			e = openEngine(t, e.store.Client, Defaults())
			before := e.keys(t, datasetsPrefix)
			e.age(t, old, before...)
			base := e.store.Base
			harm(e, last)(t)
			if _, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans); err == nil {
				t.Fatal("the search went well")
			}
			e.store.Base = base
			e.cleanOnce(t.Context(), time.Now().Add(2*e.cleaner.grace))
			if left := e.keys(t, datasetsPrefix); !slices.Equal(left, before) {
				t.Errorf("it has changed:\n%s", differences(left, before))
			}
			for _, key := range orphans {
				if !e.cleaner.mayAdopt(key) {
					t.Errorf("%s cannot be adopted any more", key)
				}
			}
		})
	}
}

// TestLostPointers: a folder that was a dataset is not taken for an orphan
// because its pointer is not there, nor is any while there is no pointer at all.
func TestLostPointers(t *testing.T) {
	e := newEngine(t, Defaults())
	e.load1(t, catalog.Append, 1)
	lost := e.load1(t, catalog.Append, 2)
	e.litter(t, lost.DatasetID)
	all := e.keys(t, datasetsPrefix)
	e.age(t, old, all...)
	if err := e.store.Delete(t.Context(), "catalog/default/n.json"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans); err != nil {
		t.Errorf("without a single pointer: %v", err)
	}
	e.cleanOnce(t.Context(), time.Now().Add(2*e.cleaner.grace))
	e = openEngine(t, e.store.Client, Defaults())
	e.loadInto(t, "z", catalog.Append, 1)
	w, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans)
	if err != nil || len(w.doomed) > 0 || !slices.Equal(w.lost, []string{lost.DatasetID}) {
		t.Errorf("orphans are %q, without a pointer is %q, %v", w.doomed, w.lost, err)
	}
	for _, key := range all {
		if _, err := e.store.Head(t.Context(), key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestOrphansInParts: one search takes a bounded number, and the next goes on.
func TestOrphansInParts(t *testing.T) {
	e := newEngine(t, Defaults())
	answer := e.load1(t, catalog.Append, 1)
	needed := e.keys(t, datasetsPrefix)
	for n := range 7 {
		e.age(t, old, e.putOwn(t, answer.DatasetID, n))
	}
	e.age(t, old, needed...)
	for round, want := range []int{3, 3, 1, 0} {
		w, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), 3)
		if err != nil || len(w.doomed) != want || w.limited != (want == 3) {
			t.Errorf("round %d: %d orphans, more: %t, %v", round, len(w.doomed), w.limited, err)
		}
		e.cleanOnce(t.Context(), time.Now().Add(e.cleaner.grace))
	}
	if left := e.keys(t, datasetsPrefix); !slices.Equal(left, needed) {
		t.Errorf("it has changed:\n%s", differences(left, needed))
	}
}

// TestStorageClock: the age of an object is told by storage's clock, and asking
// for it leaves nothing behind.
func TestStorageClock(t *testing.T) {
	e := newEngine(t, Defaults())
	before := e.put(t, "in/before", nil)
	e.put(t, clockKey, nil)
	e.age(t, -old, clockKey) // written when the clock was wrong
	now, err := e.store.now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, err := e.store.Head(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	if now.Before(found.ModifiedAt) || now.After(time.Now()) {
		t.Errorf("it is said to be %s, after %s and before %s", now, found.ModifiedAt, time.Now())
	}
	if left := e.keys(t, "system/"); len(left) > 0 {
		t.Errorf("left are %q", left)
	}
	w := &orphanSearch{cutoff: now}
	if old := w.old([]storage.Object{{Key: "of no time"}, {Key: "old", ModifiedAt: now.Add(-1)}, {Key: "young", ModifiedAt: now}}); len(old) != 1 || old[0].Key != "old" {
		t.Errorf("%+v count as old", old)
	}
}

// TestOrphansGoFromS3: the same over a real S3, whose objects nobody can age.
func TestOrphansGoFromS3(t *testing.T) {
	env := testbed.NewEnv(t, "storaged")
	env.Secrets.S3 = map[string]service.S3{"primary": testbed.StartMinIO(t)}
	c := storaged.Defaults()
	c.Backend = "s3"
	e := openEngine(t, testbed.StartStoragedWith(t, env, c), Defaults())
	e.load1(t, catalog.Append, 1)
	last := e.load1(t, catalog.Append, 2)
	needed := e.keys(t, datasetsPrefix)
	orphans := append(e.litter(t, last.DatasetID), e.putOwn(t, catalog.NewID(), 1))
	now, err := e.store.now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cutoff time.Time
		want   int
	}{{now.Add(-grace), 0}, {now.Add(grace), len(orphans)}} {
		w, err := e.searchOrphans(t.Context(), c.cutoff, maxOrphans)
		if err != nil || len(w.doomed) != c.want {
			t.Errorf("%d orphans from before %s, not %d: %v", len(w.doomed), c.cutoff, c.want, err)
		}
	}
	e.cleanOnce(t.Context(), time.Now().Add(e.cleaner.grace))
	if left := e.keys(t, datasetsPrefix); !slices.Equal(left, needed) {
		t.Errorf("it has changed:\n%s", differences(left, needed))
	}
	e.readable(t)
}

// TestOrphanConfig: the grace covers the longest query and the longest ingest,
// and where no search is made none is asked for.
func TestOrphanConfig(t *testing.T) {
	for _, c := range []struct {
		every, grace, query time.Duration
		word                string
	}{
		{24 * time.Hour, 7 * time.Hour, time.Hour, ""},
		{24 * time.Hour, 7*time.Hour - 1, time.Hour, "orphan_grace"},
		{24 * time.Hour, 24 * time.Hour, 20 * time.Hour, "orphan_grace"},
		{time.Second, 24 * time.Hour, time.Hour, "orphan_every"},
		{0, 0, time.Hour, ""},
	} {
		config := Defaults()
		*(*time.Duration)(&config.OrphanEvery), *(*time.Duration)(&config.OrphanGrace), *(*time.Duration)(&config.DeleteAfter) = c.every, c.grace, c.query
		err := config.Check()
		if (err == nil) != (c.word == "") || err != nil && !strings.Contains(err.Error(), c.word) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	config := Defaults()
	config.OrphanFirst = -1
	if err := config.Check(); err == nil || !strings.Contains(err.Error(), "orphan_first") {
		t.Errorf("a search before the start: %v", err)
	}
}

// TestOrphanRemovalRuns: a daemon searches by itself, and says so, until it ends; not
// where that is switched off.
func TestOrphanRemovalRuns(t *testing.T) {
	e, p := tapped(t)
	answer := e.load1(t, catalog.Append, 1)
	e.age(t, old, e.putOwn(t, answer.DatasetID, 1))
	e.removeOrphansOnce(t.Context())
	if done := counted(t, e.metrics.searches.WithLabelValues("done")); done != 1 || len(e.cleaner.takeDue(time.Now().Add(old))) != 1 {
		t.Errorf("%v searches are done", done)
	}
	back := e.away()
	e.removeOrphansOnce(t.Context())
	back()
	if stopped := counted(t, e.metrics.searches.WithLabelValues("stopped")); stopped != 1 {
		t.Errorf("%v searches are stopped", stopped)
	}
	ctx, stop := context.WithCancel(t.Context())
	listing := func(r *http.Request) bool { return r.URL.Query().Get("prefix") == datasetsPrefix }
	p.at.Store(&listing)
	p.do = stop
	e.config.OrphanFirst = 0
	e.removeOrphans(ctx) // returns when its first search has begun, and so ended it
	if p.at.Load() != nil {
		t.Error("no search was made")
	}
	e.config.OrphanEvery = 0
	e.removeOrphans(t.Context()) // returns
}

// TestStorageClockAtTheReserve: a disk without room is when orphans have to go, so
// what their search writes goes into the reserve.
func TestStorageClockAtTheReserve(t *testing.T) {
	c := storaged.Defaults()
	c.ReserveBytes = 1 << 60 // no disk is as large
	e := openEngine(t, testbed.StartStoragedWith(t, testbed.NewEnv(t, "storaged"), c), Defaults())
	if _, err := e.store.now(t.Context()); err != nil {
		t.Errorf("the search for orphans cannot begin: %v", err)
	}
	if left := e.keys(t, "system/"); len(left) > 0 {
		t.Errorf("left are %q", left)
	}
}
