package fleet_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A damaged data file is the storage's fault, not the statement's, and its path
// is the operator's business alone.
func TestDamagedDataIsNoFaultOfTheStatement(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data)
	l := lake{t, f.URL("gateway")}
	l.mustIngest("name=t", timesheets(1000, "2026-01-04"))
	damaged := 0
	err := filepath.WalkDir(data, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".parquet") {
			return err
		}
		damaged++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i := 4; i < 64; i++ {
			text[i] ^= 0x55
		}
		return os.WriteFile(path, text, 0o600)
	})
	if err != nil || damaged != 1 {
		t.Fatalf("%d files, %v", damaged, err)
	}
	status, doc := l.send(http.MethodPost, "/v1/sql", "application/json", `{"sql":"select * from t"}`)
	if status != http.StatusInternalServerError || doc["code"] != "data_damaged" || strings.Contains(doc["detail"].(string), data) {
		t.Errorf("%d %v", status, doc)
	}
}
