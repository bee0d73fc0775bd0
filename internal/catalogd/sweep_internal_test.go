package catalogd

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

func newEngine(t *testing.T, c Config) *engine {
	t.Helper()
	return openEngine(t, testbed.StartStoraged(t), c)
}

// openEngine reads the catalog that is in storage.
func openEngine(t *testing.T, s *storage.Client, c Config) *engine {
	t.Helper()
	env := testbed.NewEnv(t, "catalogd")
	d := &daemon{env: env, config: c, metrics: newMetrics(env.Metrics), storage: *s}
	e, err := d.loadOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func numbers(t *testing.T, rows string) []byte {
	t.Helper()
	return numbersIn(t, rows, arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true})
}

// numbersWithID is a file that fits a dataset of numbers as it is.
func numbersWithID(t *testing.T, rows string) []byte {
	t.Helper()
	id := arrow.NewMetadata([]string{"PARQUET:field_id"}, []string{"1"})
	return numbersIn(t, rows, arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: id})
}

func numbersIn(t *testing.T, rows string, column arrow.Field) []byte {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{column}, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &buf, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func (e *engine) load1(t *testing.T, mode catalog.Mode, n int) catalog.Registered {
	t.Helper()
	return e.loadInto(t, "n", mode, n)
}

func (e *engine) loadInto(t *testing.T, name string, mode catalog.Mode, n int) catalog.Registered {
	t.Helper()
	answer, err := e.tryLoad(t, name, mode, n)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// tryLoad is for goroutines, which may not end the test.
func (e *engine) tryLoad(t *testing.T, name string, mode catalog.Mode, n int) (answer catalog.Registered, err error) {
	t.Helper()
	reg, err := e.tryPut(t, catalog.Registration{Name: name, Mode: mode}, n)
	if err != nil {
		return answer, err
	}
	answer, _, err = e.register(t.Context(), reg)
	return answer, err
}

// registrationOf stores a number and gives the registration that brings it.
func (e *engine) registrationOf(t *testing.T, reg catalog.Registration, n int) *registration {
	t.Helper()
	r, err := e.tryPut(t, reg, n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (e *engine) tryPut(t *testing.T, reg catalog.Registration, n int) (*registration, error) {
	t.Helper()
	data := numbersWithID(t, fmt.Sprintf(`[{"n":%d}]`, n)) // nothing here is about writing it anew
	key := fmt.Sprint("in/", reg.Name, "/", n)
	if _, _, err := e.store.Put(t.Context(), key, bytes.NewReader(data), int64(len(data)), storage.Condition{}); err != nil {
		return nil, err
	}
	reg.Objects = []catalog.ObjectRef{{Key: key}}
	return newRegistration(reg, "")
}

func (e *engine) keys(t *testing.T, prefix string) []string {
	t.Helper()
	page, err := e.store.List(t.Context(), prefix, "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, o := range page.Objects {
		found = append(found, o.Key)
	}
	return found
}

// TestSweep: files of expired versions stay for as long as a query may last and
// are removed then, and nothing that a kept version needs ever is.
func TestSweep(t *testing.T) {
	c := Defaults()
	c.MaxVersions, c.KeepNewest = 3, 2
	e := newEngine(t, c)
	for n := range 6 {
		e.load1(t, catalog.Replace, n)
	}
	for n := range 2 {
		e.load1(t, catalog.Append, 10+n)
	}
	last := e.load1(t, catalog.Append, 20)
	all := e.keys(t, "datasets/")

	later := time.Now().Add(sweepPatience)
	e.cleanOnce(t.Context(), later)
	if now := e.keys(t, catalog.DataPrefix(last.DatasetID)); len(now) != 9 {
		t.Errorf("%d data files right after the versions expired, not all 9", len(now))
	}
	e.cleanOnce(t.Context(), later.Add(c.DeleteAfter.Std()))

	needed := map[string]bool{}
	for version := last.Version - 2; version <= last.Version; version++ {
		m, err := e.manifest(t.Context(), "n", catalog.At{Version: version})
		if err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		for _, o := range m.Objects {
			needed[o.Key] = true
		}
	}
	left := e.keys(t, catalog.DataPrefix(last.DatasetID))
	if len(left) != len(needed) || slices.ContainsFunc(left, func(key string) bool { return !needed[key] }) {
		t.Errorf("left are %q of the needed %v", left, needed)
	}
	if after := e.keys(t, "datasets/"); len(after) >= len(all) {
		t.Errorf("%d files before, %d after", len(all), len(after))
	}
	if _, err := e.manifest(t.Context(), "n", catalog.At{Version: last.Version - 3}); err == nil {
		t.Error("an expired version has a manifest")
	}
}

// TestSweepSparesTheAdopted: a file of an expired version that a commit takes up
// again while the sweep runs stays.
func TestSweepSparesTheAdopted(t *testing.T) {
	c := newCleaner(time.Hour)
	w := c.watch()
	if !c.mayAdopt("a") {
		t.Fatal("a file that nobody wants to remove cannot be adopted")
	}
	if doomed := c.doom(w, []string{"a", "b"}); !slices.Equal(doomed, []string{"b"}) {
		t.Errorf("to be removed are %q", doomed)
	}
	if !c.mayAdopt("a") || c.mayAdopt("b") {
		t.Error("the sweep took the adopted file, or left the other one")
	}
	if doomed := c.doom(w, []string{"b"}); len(doomed) > 0 {
		t.Errorf("%q are doomed twice: who pardons them would let a commit adopt what another one removes", doomed)
	}
}

// TestManifestsAreMerged: a version of many files has few manifests, and all of
// its files.
func TestManifestsAreMerged(t *testing.T) {
	e := newEngine(t, Defaults())
	const appends = 3*mergeWidth + 5
	for n := range appends {
		e.load1(t, catalog.Append, n)
	}
	ds := e.dir.open(catalog.Name{Namespace: "default", Name: "n"})
	h := ds.head.Load()
	if got := len(h.table.Load().manifests); got > mergeWidth+3 {
		t.Errorf("%d manifests", got)
	}
	fresh, err := e.store.loadTable(t.Context(), h.pointer)
	if err != nil {
		t.Fatal(err)
	}
	if len(fresh.objects) != appends {
		t.Errorf("%d objects of %d", len(fresh.objects), appends)
	}
	for version := int64(1); version <= appends; version += 7 {
		m, err := e.manifest(t.Context(), "n", catalog.At{Version: version})
		if err != nil || len(m.Objects) != int(version) {
			t.Errorf("version %d has %d objects, %v", version, len(m.Objects), err)
		}
	}
}
