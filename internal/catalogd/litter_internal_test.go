package catalogd

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const (
	old   = 48 * time.Hour
	grace = 24 * time.Hour
)

// put stores an object as a daemon does that is killed right after.
func (e *engine) put(t *testing.T, key string, data []byte) string {
	t.Helper()
	if _, _, err := e.store.Put(t.Context(), key, bytes.NewReader(data), int64(len(data)), storage.Condition{}); err != nil {
		t.Fatal(err)
	}
	return key
}

// putOwn stores a data file that fits the dataset where it lies.
func (e *engine) putOwn(t *testing.T, datasetID string, n int) string {
	t.Helper()
	data := numbersWithID(t, fmt.Sprintf(`[{"n":%d}]`, n))
	return e.put(t, catalog.ObjectKey(datasetID, sha256.Sum256(data)), data)
}

// age makes objects look as old as that.
func (e *engine) age(t *testing.T, by time.Duration, keys ...string) {
	t.Helper()
	buckets, err := e.store.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-by)
	for _, key := range keys {
		if err := os.Chtimes(storage.LocalPath(buckets[0].Root, key), then, then); err != nil {
			t.Fatal(err)
		}
	}
}

// withoutOrphans searches for what is older than the grace, lets the longest query
// pass and gives what is left under datasets/.
func (e *engine) withoutOrphans(t *testing.T) []string {
	t.Helper()
	if _, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans); err != nil {
		t.Fatal(err)
	}
	e.cleanOnce(t.Context(), time.Now().Add(e.cleaner.grace))
	return e.keys(t, datasetsPrefix)
}

// readable checks that every kept version of every dataset can be read from
// storage alone, by someone who knows nothing else, and gives the data files.
func (e *engine) readable(t *testing.T) (files []string) {
	t.Helper()
	fresh := openEngine(t, e.store.Client, Defaults())
	for _, n := range fresh.dir.names() {
		page, err := fresh.versions(t.Context(), inHistory{name: n.String()}, maxPage)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fresh.ledger(t.Context(), fresh.dir.find(n).head.Load()); err != nil {
			t.Errorf("receipts of %s: %v", n, err)
		}
		for _, v := range page.Versions {
			m, err := fresh.manifest(t.Context(), n.String(), catalog.At{Version: v.Version})
			if err != nil {
				t.Fatalf("%s, version %d: %v", n, v.Version, err)
			}
			for _, o := range m.Objects {
				if _, _, err := fresh.store.read(t.Context(), o.Key); err != nil {
					t.Errorf("%s, version %d: %v", n, v.Version, err)
				}
				files = append(files, o.Key)
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// litter leaves an orphan of each sort beside what a dataset needs.
func (e *engine) litter(t *testing.T, datasetID string) []string {
	t.Helper()
	meta := catalog.MetadataPrefix(datasetID)
	return []string{
		e.putOwn(t, datasetID, 1000),
		e.put(t, meta+catalog.NewID()+"-m.avro", []byte("a manifest")),
		e.put(t, meta+"snap-7-"+catalog.NewID()+".avro", []byte("a manifest list")),
		e.put(t, meta+"00009-"+catalog.NewID()+".metadata.json", []byte("{}")),
		e.put(t, receiptsPrefix(datasetID)+catalog.NewID()+".json", []byte("[]")),
	}
}

// counted gives what a metric says.
func counted(t *testing.T, c prometheus.Collector) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("%d metrics, %v", len(families), err)
	}
	return families[0].GetMetric()[0].GetCounter().GetValue()
}

func differences(got, want []string) string {
	diff := map[string]string{}
	for _, key := range want {
		diff[key] = "missing "
	}
	for _, key := range got {
		if diff[key] == "" {
			diff[key] = "too many "
		} else {
			delete(diff, key)
		}
	}
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(diff)) {
		lines = append(lines, diff[key]+key)
	}
	return strings.Join(lines, "\n")
}
