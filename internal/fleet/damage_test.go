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
	err := filepath.WalkDir(filepath.Join(data, "objects"), func(path string, _ fs.DirEntry, err error) error {
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

// So is one that is missing, or was cut.
func TestAMissingFileIsNoFaultOfTheStatement(t *testing.T) {
	data := t.TempDir()
	l := lake{t, startFleet(t, data).URL("gateway")}
	for name, damage := range map[string]func(path string) error{
		"gone": os.Remove,
		"cut":  func(path string) error { return os.Truncate(path, 100) },
	} {
		l.mustIngest("name="+name, timesheets(10, "2026-01-04"))
		_, manifest := l.send(http.MethodGet, "/v1/catalog/manifest/"+name, "", "")
		object, _ := list(manifest, "objects")[0].(map[string]any)
		path := filepath.Join(data, "objects", "lakehouse-go-primary", object["key"].(string))
		if err := damage(path); err != nil {
			t.Fatal(err)
		}
		status, doc := l.send(http.MethodPost, "/v1/sql", "application/json", `{"sql":"select * from `+name+`"}`)
		if status != http.StatusInternalServerError || doc["code"] != "data_damaged" || strings.Contains(doc["detail"].(string), "parquet") {
			t.Errorf("%s: %d %v", name, status, doc)
		}
	}
}
