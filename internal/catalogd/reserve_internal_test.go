package catalogd

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// TestBelowTheReserve: when the disk has come to its reserve, whatever makes room goes
// on, of datasets and of views, and nothing else does; with room made the rest is done.
func TestBelowTheReserve(t *testing.T) {
	d := openSmallDisk(t)
	for sort, of := range subjects() {
		for op := range of.edits("") {
			name := sort + "_" + op
			of.begin(t, d.engine, name)
			for i, s := range of.edits(name)[op] {
				d.fill(t)
				err := s.do(t, d.engine)
				d.makeRoom(t)
				switch {
				case s.frees && err != nil:
					t.Errorf("%s of a %s, step %d, does not go on: %v", op, sort, i+1, err)
				case !s.frees && !errors.Is(err, storage.ErrDiskReserve):
					t.Errorf("%s of a %s, step %d, was answered with %v", op, sort, i+1, err)
				}
				if err == nil {
					continue
				}
				if err := s.do(t, d.engine); err != nil {
					t.Errorf("%s of a %s, step %d, once there is room: %v", op, sort, i+1, err)
				}
			}
		}
	}
}

// TestCleanUpBelowTheReserve: what goes on there does make room: after a purge, and
// after the deletion of what was dropped, more of the disk is free.
func TestCleanUpBelowTheReserve(t *testing.T) {
	d := openSmallDisk(t)
	for _, name := range []string{"a", "b"} {
		for n := range 3 {
			d.loadInto(t, name, catalog.Replace, n)
		}
	}
	d.fill(t)
	before := freeBytes(t, d.folder)
	for _, steps := range [][]step{datasetEdits("a")["purge"], datasetEdits("b")["delete"][:2]} {
		if err := d.perform(t, steps); err != nil {
			t.Error(err)
		}
		after := freeBytes(t, d.folder)
		if after <= before {
			t.Errorf("%d bytes are free, after %d", after, before)
		}
		before = after
	}
	if left := d.keys(t, datasetsPrefix); len(left) == 0 {
		t.Error("what was not dropped is gone too")
	}
}

// smallDisk is a catalog on a disk that a file fills to its reserve.
type smallDisk struct {
	*engine
	folder string
}

func openSmallDisk(t *testing.T) smallDisk {
	t.Helper()
	env := testbed.NewEnv(t, "storaged")
	testbed.SmallDisk(t, env.Fleet.Data, 8<<20)
	c := storaged.Defaults()
	c.ReserveBytes = 4 << 20
	return smallDisk{openEngine(t, testbed.StartStoragedWith(t, env, c), Defaults()), env.Fleet.Data}
}

func (d smallDisk) fill(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.folder, "ballast"), make([]byte, 5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (d smallDisk) makeRoom(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(d.folder, "ballast")); err != nil {
		t.Fatal(err)
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
