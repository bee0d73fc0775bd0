package fleet_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
)

// A damaged data file is the storage's fault, not the statement's, and its path
// is the operator's business alone.
func TestDamagedDataIsNoFaultOfTheStatement(t *testing.T) {
	for _, access := range []string{"local", "cache"} {
		data := t.TempDir()
		l := lake{t, startFleet(t, data, func(c *fleet.Config) { c.Queryd.Access = access }).URL("gateway")}
		l.mustIngest("name=t", timesheets(1000, "2026-01-04"))
		if damaged := damageData(t, data); damaged != 1 {
			t.Fatalf("%d files", damaged)
		}
		status, doc := l.send(http.MethodPost, "/v1/sql", "application/json", `{"sql":"select * from t"}`)
		if status != http.StatusInternalServerError || doc["code"] != "data_damaged" || strings.Contains(doc["detail"].(string), data) {
			t.Errorf("%s: %d %v", access, status, doc)
		}
	}
}

// damageData changes bytes of all data files, and none of their sizes.
func damageData(t *testing.T, data string) (damaged int) {
	t.Helper()
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
	if err != nil {
		t.Fatal(err)
	}
	return damaged
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
