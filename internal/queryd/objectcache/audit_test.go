package objectcache

import (
	"context"
	"errors"
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
	away := errors.New("storage is away")
	if removed, err := c.Audit(t.Context(), func(context.Context, string) (bool, error) { return false, away }); !errors.Is(err, away) || removed != 0 {
		t.Errorf("%d removed, %v, while storage could not be asked", removed, err)
	}
}
