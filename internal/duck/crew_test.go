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

// TestOneFileIsReadByManyThreads: also where its schema is given.
func TestOneFileIsReadByManyThreads(t *testing.T) {
	s := setup{Limits: testConfig(t).Limits, SpillDir: t.TempDir()}
	i, err := openUnlocked(s, signed)
	if err != nil {
		t.Fatal(err)
	}
	defer i.close()
	file := filepath.Join(t.TempDir(), "a.parquet")
	view := View{Name: "t", Files: []string{file}, Rows: 1_000_000, Columns: []Column{{FieldID: 1, Name: "i", Type: "long"}}}
	rows, err := viewsSQL([]View{view}, s.noRows())
	if err != nil {
		t.Fatal(err)
	}
	if err := i.runs.exec("COPY (SELECT i FROM range(1000000) t(i)) TO " + Literal(file) + " (FORMAT parquet, FIELD_IDS {i: 1});" +
		"COPY (SELECT 1 AS one WHERE false) TO " + Literal(s.noRows()) + " (FORMAT parquet);" + rows); err != nil {
		t.Fatal(err)
	}
	all, own := shared(t, i, "SELECT count(*) FROM t WHERE sha256(i::VARCHAR) LIKE 'f%'")
	if all-own < all/10 {
		t.Errorf("the statement's own thread worked for %s of %s", own, all)
	}
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
	all, own := shared(t, i, "SELECT count(*) FROM t WHERE sha256(i::VARCHAR) LIKE 'f%'")
	if all-own < all/10 {
		t.Errorf("the statement's own thread worked for %s of %s", own, all)
	}
}

// shared gives the processor time of a statement: of all threads, and of its own.
func shared(t *testing.T, i *instance, sql string) (all, own time.Duration) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	all, own = worked(t, unix.RUSAGE_SELF), worked(t, unix.RUSAGE_THREAD)
	crew := summon(i.db, i.hands)
	r, err := begin(i.runs, sql, nil, nil)
	crew.dismiss()
	if err != nil {
		t.Fatal(err)
	}
	r.close()
	return worked(t, unix.RUSAGE_SELF) - all, worked(t, unix.RUSAGE_THREAD) - own
}
