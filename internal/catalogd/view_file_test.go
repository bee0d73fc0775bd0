package catalogd_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// TestViewIsAnIcebergView: the stored file is what Iceberg's view spec says, so that
// other engines can make something of it.
func TestViewIsAnIcebergView(t *testing.T) {
	h := open(t)
	v := viewed("v", "SELECT name FROM people", catalog.Create, "name:string")
	text := "names"
	v.Description = &text
	h.registerView(t, v)
	made := h.registerView(t, viewed("v", "SELECT age FROM people", catalog.Replace, "age:long"))
	var file struct {
		Format   int    `json:"format-version"`
		UUID     string `json:"view-uuid"`
		Location string
		Current  int64 `json:"current-version-id"`
		Versions []struct {
			ID              int64    `json:"version-id"`
			Schema          int      `json:"schema-id"`
			Namespace       []string `json:"default-namespace"`
			Representations []struct{ Type, SQL, Dialect string }
		}
		Schemas []struct {
			ID     int `json:"schema-id"`
			Fields []struct {
				ID         int
				Name, Type string
			}
		}
		Log        []struct{ Version int64 } `json:"version-log"`
		Properties map[string]string
	}
	if err := json.Unmarshal(get(t, h.storage, made.MetadataKey), &file); err != nil {
		t.Fatal(err)
	}
	if file.Format != 1 || file.UUID != made.ViewID || !strings.HasSuffix(file.Location, "/datasets/"+made.ViewID) || !strings.HasPrefix(file.Location, "s3://") || file.Current != 2 || len(file.Versions) != 2 || len(file.Log) != 2 || file.Properties["comment"] != text {
		t.Errorf("the file says %+v", file)
	}
	last := file.Versions[1]
	if r := last.Representations; len(r) != 1 || r[0].Type != "sql" || r[0].Dialect != "duckdb" || r[0].SQL != made.SQL || !slices.Equal(last.Namespace, []string{"default"}) {
		t.Errorf("its second version is %+v", last)
	}
	if s := file.Schemas[last.Schema]; s.ID != last.Schema || len(s.Fields) != 1 || s.Fields[0].Name != "age" || s.Fields[0].Type != "long" || s.Fields[0].ID != 2 {
		t.Errorf("its schema is %+v", s)
	}
}
