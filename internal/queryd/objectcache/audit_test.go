package objectcache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What storage has no longer goes from the cache, also a copy from before a restart
// and one that a statement reads; the rest stays.
func TestAuditRemovesWhatStorageLost(t *testing.T) {
	s, dir := newStore(), t.TempDir()
	kept, erased, pinned := s.add("datasets/1/data/kept.parquet", 40), s.add("datasets/1/data/erased%2f.parquet", 40), s.add("pinned", 40)
	long := s.add(strings.Repeat("k", 300), 40)
	c := open(t, dir, 1000, s)
	use(t, c, s, kept, erased, long)
	c.Close()
	c = open(t, dir, 1000, s)
	_, release, err := c.Pin(t.Context(), []Object{pinned})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	removed, err := c.Audit(t.Context(), func(_ context.Context, key string) (bool, error) { return key == kept.Key, nil })
	if err != nil || removed != 3 || c.Used() != 40 || folderBytes(t, dir) != 40 {
		t.Errorf("%d removed, %v; %d bytes counted, %d there", removed, err, c.Used(), folderBytes(t, dir))
	}
	if _, err := os.Stat(filepath.Join(dir, fileName(kept.Key))); err != nil {
		t.Errorf("what storage has: %v", err)
	}
}

// TestAuditPassesOverWhatCannotBeAsked: it stays, and stands in nobody's way.
func TestAuditPassesOverWhatCannotBeAsked(t *testing.T) {
	s, dir := newStore(), t.TempDir()
	c := open(t, dir, 1000, s)
	var objects []Object
	for i := range 5 {
		objects = append(objects, s.add(fmt.Sprint("gone", i), 10), s.add(fmt.Sprint("unknown", i), 10))
	}
	use(t, c, s, objects...)
	away := errors.New("its bucket is away")
	there := func(_ context.Context, key string) (bool, error) {
		if strings.HasPrefix(key, "unknown") {
			return false, away
		}
		return false, nil
	}
	removed, err := c.Audit(t.Context(), there)
	if !errors.Is(err, away) || removed != 5 || c.Used() != 50 || folderBytes(t, dir) != 50 {
		t.Errorf("%d removed, %v; %d bytes counted, %d there", removed, err, c.Used(), folderBytes(t, dir))
	}
	ended, end := context.WithCancel(t.Context())
	end()
	asked := 0
	if _, err := c.Audit(ended, func(ctx context.Context, _ string) (bool, error) { asked++; return false, ctx.Err() }); !errors.Is(err, context.Canceled) || asked > 1 {
		t.Errorf("after its end: %v, %d asked", err, asked)
	}
}
