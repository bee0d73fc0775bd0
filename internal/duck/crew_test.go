package duck

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// worked gives the processor time that this process, or this thread alone, has had.
func worked(t *testing.T, who int) time.Duration {
	t.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(who, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano())
}

// TestACrewTakesAPartOfTheWork: of a statement that has work for several threads.
func TestACrewTakesAPartOfTheWork(t *testing.T) {
	i, err := openUnlocked(setup{Limits: testConfig(t).Limits, SpillDir: filepath.Join(t.TempDir(), "s")}, signed)
	if err != nil {
		t.Fatal(err)
	}
	defer i.close()
	if err := i.runs.exec("CREATE TABLE t AS SELECT i FROM range(1000000) t(i)"); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	all, own := worked(t, unix.RUSAGE_SELF), worked(t, unix.RUSAGE_THREAD)
	crew := summon(i.db, i.hands)
	r, err := begin(i.runs, "SELECT count(*) FROM t WHERE sha256(i::VARCHAR) LIKE 'f%'", nil, nil)
	crew.dismiss()
	if err != nil {
		t.Fatal(err)
	}
	r.close()
	all, own = worked(t, unix.RUSAGE_SELF)-all, worked(t, unix.RUSAGE_THREAD)-own
	if all-own < all/10 {
		t.Errorf("the statement's own thread worked for %s of %s", own, all)
	}
}
