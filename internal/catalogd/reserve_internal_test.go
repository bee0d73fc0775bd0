package catalogd

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// TestCleanUpBelowTheReserve: when the disk has come to its reserve, no load goes on,
// and whatever makes room does: versions are purged, tags taken away, datasets dropped
// and deleted.
func TestCleanUpBelowTheReserve(t *testing.T) {
	env := testbed.NewEnv(t, "storaged")
	testbed.SmallDisk(t, env.Fleet.Data, 8<<20)
	sc := storaged.Defaults()
	sc.ReserveBytes = 4 << 20
	c := Defaults()
	e := openEngine(t, testbed.StartStoragedWith(t, env, sc), c)
	for _, name := range []string{"purged", "dropped"} {
		for n := range 3 {
			e.loadInto(t, name, catalog.Replace, n)
		}
	}
	if err := e.do(t, "purged", "tag", &tagging{name: plain("purged"), tag: "payroll", at: catalog.At{Version: 2}}); err != nil {
		t.Fatal(err)
	}
	late := e.registrationOf(t, catalog.Registration{Name: "purged", Mode: catalog.Append}, 9)
	_ = os.WriteFile(filepath.Join(env.Fleet.Data, "ballast"), make([]byte, 5<<20), 0o600)
	if _, _, err := e.register(t.Context(), late); !errors.Is(err, storage.ErrDiskReserve) {
		t.Fatalf("a load below the reserve: %v", err)
	}
	before := freeBytes(t, env.Fleet.Data)
	m, err := e.manifest(t.Context(), "purged", catalog.At{})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.do(t, "purged", "untag", &untagging{name: plain("purged"), tag: "payroll"}); err != nil {
		t.Errorf("untag: %v", err)
	}
	if done, err := e.purge(t.Context(), catalog.Purge{Name: "purged", DatasetID: m.DatasetID, Versions: []int64{1, 2}}); err != nil || len(done.Objects) == 0 {
		t.Errorf("purge: %+v, %v", done, err)
	}
	purged := freeBytes(t, env.Fleet.Data)
	if purged <= before {
		t.Errorf("a purge left %d bytes free, after %d", purged, before)
	}
	if err := e.drop(t, "dropped"); err != nil {
		t.Errorf("drop: %v", err)
	}
	e.deleteDroppedOnce(t.Context(), time.Now().Add(c.DropGrace.Std()+time.Minute))
	if free := freeBytes(t, env.Fleet.Data); free <= purged || len(e.waiting(t)) != 0 {
		t.Errorf("a drop left %d bytes free, after %d, and there wait %v", free, purged, e.waiting(t))
	}
	if left := e.keys(t, datasetsPrefix); len(left) == 0 {
		t.Error("what was not dropped is gone too")
	}
}

// freeBytes is how many bytes the disk of a folder has.
func freeBytes(t *testing.T, folder string) uint64 {
	t.Helper()
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		t.Fatal(err)
	}
	return stat.Bavail * uint64(stat.Frsize)
}
