package queryd

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestFolderThatIsNotStoragesAnyMore: a queryd that reads in place notices that
// the folder has become another one, and goes on through the cache.
func TestFolderThatIsNotStoragesAnyMore(t *testing.T) {
	l := newLake(t)
	l.staffing()
	c := small()
	c.Access = accessAuto
	d := start(t, c, l.peers)
	d.waitReady()
	const sql = "SELECT count(*) FROM placements"
	if got := d.sql(sql).rows(t); got != "[[3000]]" {
		t.Fatal(got)
	}
	buckets, err := l.storage.Buckets(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(buckets[0].Root, storage.InstanceFile), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := d.sql(sql).rows(t); got != "[[3000]]" {
		t.Errorf("through the cache: %s", got)
	}
	if metrics := d.metrics(); !strings.Contains(metrics, "lakehouse_queryd_object_cache_misses_total 1") {
		t.Error("the objects did not come through the cache")
	}
	d.stillServes()
}

func TestLocalAloneSaysWhatIsWrong(t *testing.T) {
	l := newLake(t)
	buckets, err := l.storage.Buckets(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(buckets[0].Root, storage.InstanceFile), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := small()
	c.Access = accessLocal
	d := start(t, c, l.peers)
	a := d.sql("SELECT 1")
	if p := a.expect(t, wire.ErrNotReady); !strings.Contains(p.Detail, `"auto"`) {
		t.Errorf("no remedy: %s", a.body)
	}
}

// TestAStatementOfNoObjectsNeedsNoFolder: it is answered while the folder is away.
func TestAStatementOfNoObjectsNeedsNoFolder(t *testing.T) {
	_, release, err := localSource{folder: filepath.Join(t.TempDir(), "gone"), instance: "one"}.open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	release()
}
