package queryd

import (
	"os"
	"path/filepath"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// TestAFullSpillDisk: a statement that spills more than the disk holds is told so,
// leaves nothing there, and the next one spills as ever.
func TestAFullSpillDisk(t *testing.T) {
	data := t.TempDir()
	spill := filepath.Join(data, "spill")
	if err := os.Mkdir(spill, 0o700); err != nil {
		t.Fatal(err)
	}
	testbed.SmallDisk(t, spill, 16<<20)
	c := small()
	c.MaxConcurrent, c.MemoryBytes, c.SpillBytes = 1, 1<<30, 1<<30
	d := startOn(t, data, c, nil)
	// This needs more memory than the worker may have. It may have much, since what a
	// race build holds beside the engine is counted too.
	d.sql("SELECT i FROM (SELECT i, hash(i) AS h FROM range(60000000) t(i) ORDER BY h OFFSET 59999999)").expect(t, storage.ErrStorageFull)
	testbed.Until(t, "what was spilt is gone", func() bool {
		left, err := filepath.Glob(filepath.Join(spill, "query", "*", "worker-*", "*"))
		return err == nil && len(left) == 0
	})
	if got := d.sql("SELECT 1").rows(t); got != "[[1]]" {
		t.Errorf("the next statement: %s", got)
	}
}
