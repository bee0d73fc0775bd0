package fleet_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// An upload that fills the disk of the spool is told so and leaves nothing
// there; with room made as the answer says, the same upload is loaded.
func TestAFullSpoolIsToldAndOvercome(t *testing.T) {
	data := t.TempDir()
	spool := filepath.Join(data, "spool")
	if err := os.Mkdir(spool, 0o700); err != nil {
		t.Fatal(err)
	}
	testbed.SmallDisk(t, spool, 16<<20)
	f := startFleet(t, data, noReserve)
	l := lake{t, f.URL("gateway")}
	const rows = 150_000
	csv := timesheets(rows, "2026-01-04") // about 6 MB
	ballast := filepath.Join(spool, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 14<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for try := range 3 {
		status, doc := l.ingest("name=t", csv)
		if status != http.StatusInsufficientStorage || doc["code"] != "storage_full" {
			t.Fatalf("try %d: %d %v", try, status, doc)
		}
		for _, remedy := range []string{"nothing was loaded", "make room under the data folder", "send the file again"} {
			if !strings.Contains(fmt.Sprint(doc["detail"]), remedy) {
				t.Errorf("the words %q are not in %q", remedy, doc["detail"])
			}
		}
		wantSpoolClean(t, data)
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
	l.mustIngest("name=small", "a\n1\n") // what there is room for is loaded
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	l.mustIngest("name=t", csv)
	if got := l.rows("SELECT count(*)::BIGINT, sum(hours)::BIGINT FROM t")[0]; got != fmt.Sprintf("%d|%d", rows, rows) {
		t.Errorf("rows: %s", got)
	}
	wantSpoolClean(t, data)
}

// Where the disk of the objects is full, storaged's answer is the ingest's, and
// nothing half done is left there; with room made the same file is loaded.
func TestAFullStorageIsToldAndOvercome(t *testing.T) {
	data := t.TempDir()
	objects := filepath.Join(data, "objects")
	if err := os.Mkdir(objects, 0o700); err != nil {
		t.Fatal(err)
	}
	testbed.SmallDisk(t, objects, 8<<20)
	l := lake{t, startFleet(t, data, noReserve).URL("gateway")}
	l.mustIngest("name=before", "a\n1\n")
	ballast := filepath.Join(objects, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 7<<20+512<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	csv := dense(60_000) // 2 MB, of which half a megabyte is not there
	status, doc := l.ingest("name=t", csv)
	if status != http.StatusInsufficientStorage || doc["code"] != "disk_reserve" {
		t.Fatalf("%d %v", status, doc)
	}
	if got := l.datasets(); len(got) != 1 {
		t.Errorf("datasets %q", got)
	}
	wantSpoolClean(t, data)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if doc := l.mustIngest("name=t", csv); doc["rows"] != 60_000.0 {
		t.Errorf("%v", doc)
	}
	if got := len(l.dataObjects()); got != 2 {
		t.Errorf("%d data objects of two versions", got)
	}
}

// noReserve lets a small disk be filled to its end.
func noReserve(c *fleet.Config) { c.Storaged.ReserveBytes = 1 }

// dense makes a CSV that is hardly smaller as Parquet.
func dense(rows int) string {
	random := rand.NewChaCha8([32]byte{})
	var b strings.Builder
	b.WriteString("a,b\n")
	for range rows {
		fmt.Fprintf(&b, "%x,%x\n", random.Uint64(), random.Uint64())
	}
	return b.String()
}

// dataObjects gives the keys of all data objects in storage, whether a version
// names them or not.
func (l lake) dataObjects() []string {
	l.t.Helper()
	status, doc := l.send(http.MethodGet, "/v1/storage/objects?prefix=datasets/&limit=1000", "", "")
	if status != http.StatusOK || doc["next_cursor"] != nil {
		l.t.Fatalf("%d %v", status, doc)
	}
	var keys []string
	for _, o := range doc["objects"].([]any) {
		if key := o.(map[string]any)["key"].(string); strings.Contains(key, "/data/") {
			keys = append(keys, key)
		}
	}
	return keys
}

// The disk of the spool may be full at any step after the upload too: when the
// file is rewritten, when its bad rows are put aside, when it is converted.
func TestASpoolThatFillsLaterIsToldToo(t *testing.T) {
	const disk = 16 << 20
	clean := timesheets(150_000, "2026-01-04") // 6.7 MB
	random := rand.NewChaCha8([32]byte{})
	var dense strings.Builder // hardly compresses
	dense.WriteString("a,b\n")
	for range 60_000 {
		fmt.Fprintf(&dense, "%x,%x\n", random.Uint64(), random.Uint64())
	}
	for what, c := range map[string]struct {
		params, csv string
		room        int // beside the upload
	}{
		"rewriting":    {"name=t&on_error=quarantine", clean + "bad\n", 1 << 20},
		"quarantining": {"name=t&on_error=quarantine", "a,b\n1,2\n" + strings.Repeat(strings.Repeat("x", 40)+"\n", 150_000), 1 << 20},
		"converting":   {"name=t", dense.String(), 200 << 10},
	} {
		data := t.TempDir()
		spool := filepath.Join(data, "spool")
		if err := os.Mkdir(spool, 0o700); err != nil {
			t.Fatal(err)
		}
		testbed.SmallDisk(t, spool, disk)
		f := startFleet(t, data, noReserve)
		l := lake{t, f.URL("gateway")}
		if err := os.WriteFile(filepath.Join(spool, "ballast"), make([]byte, disk-len(c.csv)-c.room), 0o600); err != nil {
			t.Fatal(err)
		}
		status, doc := l.ingest(c.params, c.csv)
		if status != http.StatusInsufficientStorage || doc["code"] != "storage_full" {
			t.Errorf("%s: %d %v", what, status, doc)
		}
		wantSpoolClean(t, data)
	}
}

// An erasure that meets a full disk says so and what to do, as a plan and confirmed, and
// is done by the same request once there is room.
func TestAnErasureOnAFullDisk(t *testing.T) {
	data := t.TempDir()
	spool := filepath.Join(data, "spool")
	if err := os.Mkdir(spool, 0o700); err != nil {
		t.Fatal(err)
	}
	testbed.SmallDisk(t, spool, 4<<20)
	l := lake{t, startFleet(t, data, uncompacted).URL("gateway")}
	l.mustIngest("name=people", "id,name\n1,Ada\n2,Grace\n")
	fields := map[string]any{"name": "people", "where": "id = 1"}
	ballast := filepath.Join(spool, "ballast")
	full := func() {
		t.Helper()
		if err := os.WriteFile(ballast, make([]byte, 5<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("the disk is not full: %v", err)
		}
	}
	told := func() {
		t.Helper()
		status, doc := l.erase(fields)
		if detail := fmt.Sprint(doc["detail"]); status != http.StatusInsufficientStorage || doc["code"] != "storage_full" ||
			!strings.Contains(detail, "make room under the data folder") || !strings.Contains(detail, "the same request again") {
			t.Errorf("%d %v", status, doc)
		}
	}
	full()
	told()
	if err := os.Truncate(ballast, 3<<20); err != nil {
		t.Fatal(err)
	}
	_, plan := l.erase(fields)
	fields["confirm"] = plan["confirm"]
	full()
	told()
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if status, doc := l.erase(fields); status != http.StatusOK || doc["erased"] != true {
		t.Errorf("with room: %d %v", status, doc)
	}
	wantSpoolClean(t, data)
}
