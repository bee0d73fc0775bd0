package catalogd_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// foreignTable is what PyIceberg sees of a table.
type foreignTable struct {
	UUID     string             `json:"uuid"`
	Comment  string             `json:"comment"`
	Docs     map[string]*string `json:"docs"` // of the current columns
	Tags     map[string]int64   `json:"tags"` // the version of each
	Versions []struct {
		Version   int64            `json:"version"`
		Operation string           `json:"operation"`
		Files     []string         `json:"files"`
		Rows      []map[string]any `json:"rows"`
		Columns   []catalog.Column `json:"columns"`
	} `json:"versions"`
}

// readForeign reads a table with PyIceberg from storaged's folder.
func readForeign(t *testing.T, s *storage.Client, metadataKey string) foreignTable {
	t.Helper()
	buckets, err := s.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bucket := buckets[0]
	var seen foreignTable
	pyiceberg(t, &seen, "testdata/read_table.py", "s3://"+bucket.Name+"/"+metadataKey, exported(t, s))
	return seen
}

// pyiceberg runs a script and reads the JSON that it prints.
func pyiceberg(t *testing.T, seen any, script string, args ...string) {
	t.Helper()
	python, err := filepath.Abs("../../.tools/venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("skipped: PyIceberg is not in .tools/venv; scripts/tools-python.sh brings it")
	}
	cmd := exec.Command(python, append([]string{script}, args...)...)
	cmd.Stderr = t.Output()
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("PyIceberg: %v", err)
	}
	if err := json.Unmarshal(text, seen); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// exported copies a bucket into a folder, each object to the file that its key
// says: what any reader of a real bucket sees.
func exported(t *testing.T, s *storage.Client) string {
	t.Helper()
	folder := t.TempDir()
	for _, key := range keys(t, s, "datasets/") {
		path := filepath.Join(folder, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, get(t, s, key), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestPyIceberg: a foreign engine sees the same versions, columns, files and
// rows, through appends, replacement, adoption, a new schema, emptiness, rewrites and
// a rollback, and the tags.
func TestPyIceberg(t *testing.T) {
	h := open(t)
	s := h.storage
	noAge := parquetOf(t, `[{"name":"Nil","age":null}]`, field("name", arrow.BinaryTypes.String, 0), field("age", arrow.BinaryTypes.String, 0))
	first := h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, s, "in/0.parquet", noAge))})
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/1.parquet", people(t, "Ada", 36, false)))})
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(putOwn(t, s, first.DatasetID, adult(t, "Bob")))})
	h.register(t, catalog.Registration{Name: "people", ContentHash: "sha256:empty"})
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/2.parquet", people(t, "Cy", 7, false)))})
	wide := parquetOf(t, `[{"tags":["a","b"],"at":{"city":"Austin","zip":"01234"},"pay":"12.50"}]`,
		field("tags", arrow.ListOf(arrow.BinaryTypes.String), 0),
		field("at", arrow.StructOf(field("city", arrow.BinaryTypes.String, 0), field("zip", arrow.BinaryTypes.String, 0)), 0),
		field("pay", &arrow.Decimal128Type{Precision: 18, Scale: 2}, 0))
	h.register(t, catalog.Registration{Name: "people", Schema: catalog.ReplaceSchema, Objects: objects(put(t, s, "in/3.parquet", wide))})
	h.rollback(t, catalog.At{Version: 3})
	h.tag(t, "people", "payroll", 2, false)
	h.describe(t, "people", "Who works here", map[string]string{"age": "in years"})

	h.register(t, catalog.Registration{Name: "staff", Objects: objects(put(t, s, "in/4.parquet", people(t, "Ada", 36, false)), put(t, s, "in/5.parquet", people(t, "Bob", 41, false)))})
	h.register(t, catalog.Registration{Name: "staff", Mode: catalog.Append, Objects: objects(put(t, s, "in/6.parquet", people(t, "Cy", 7, false)))})
	before := h.manifest(t, "staff", 0)
	h.register(t, catalog.Registration{Name: "staff", Mode: catalog.Rewrite, ContentHash: "sha256:up", Removes: refs(before.Objects[1:2]),
		Objects: objects(put(t, s, "in/7.parquet", people(t, "Bob", 42, false)))})
	h.register(t, catalog.Registration{Name: "staff", Mode: catalog.Rewrite, Removes: refs(h.manifest(t, "staff", 0).Objects),
		Objects: objects(put(t, s, "in/8.parquet", parquetOf(t, `[{"name":"Ada","age":36},{"name":"Bob","age":42},{"name":"Cy","age":7}]`,
			field("name", arrow.BinaryTypes.String, 1), field("age", arrowLong, 2))))})
	agree(t, h, "staff", map[int64]string{
		1: `[{"name":"Ada","age":36},{"name":"Bob","age":41}]`,
		2: `[{"name":"Ada","age":36},{"name":"Bob","age":41},{"name":"Cy","age":7}]`,
		3: `[{"name":"Ada","age":36},{"name":"Bob","age":42},{"name":"Cy","age":7}]`,
		4: `[{"name":"Ada","age":36},{"name":"Bob","age":42},{"name":"Cy","age":7}]`,
	})
	agree(t, h, "people", map[int64]string{
		1: `[{"name":"Nil","age":null}]`,
		2: `[{"name":"Ada","age":36},{"name":"Nil","age":null}]`,
		3: `[{"name":"Ada","age":36},{"name":"Bob","age":40},{"name":"Nil","age":null}]`,
		4: `[]`,
		5: `[{"name":"Cy","age":7}]`,
		6: `[{"tags":["a","b"],"at":{"city":"Austin","zip":"01234"},"pay":"12.50"}]`,
		7: `[{"name":"Ada","age":36},{"name":"Bob","age":40},{"name":"Nil","age":null}]`,
	})
	seen := readForeign(t, s, h.manifest(t, "people", 0).MetadataKey)
	if seen.Comment != "Who works here" || seen.Docs["age"] == nil || *seen.Docs["age"] != "in years" {
		t.Errorf("PyIceberg sees the comment %q and the docs %v", seen.Comment, seen.Docs)
	}
	if want := map[string]int64{"payroll": 2}; !reflect.DeepEqual(seen.Tags, want) {
		t.Errorf("PyIceberg sees the tags %v, not %v", seen.Tags, want)
	}
}

// agree holds what PyIceberg sees of a dataset against the manifests and the rows
// that each version should have.
func agree(t *testing.T, h house, name string, want map[int64]string) {
	t.Helper()
	current := h.manifest(t, name, 0)
	seen := readForeign(t, h.storage, current.MetadataKey)
	if seen.UUID != current.DatasetID || len(seen.Versions) != len(want) {
		t.Fatalf("PyIceberg sees %d versions of %s", len(seen.Versions), seen.UUID)
	}
	for _, v := range seen.Versions {
		m := h.manifest(t, name, v.Version)
		var rows []map[string]any
		if err := json.Unmarshal([]byte(want[v.Version]), &rows); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(v.Rows, byText)
		slices.SortFunc(rows, byText)
		if len(rows)+len(v.Rows) > 0 && !reflect.DeepEqual(v.Rows, rows) {
			t.Errorf("version %d: PyIceberg reads %v, not %v", v.Version, v.Rows, rows)
		}
		if int64(len(v.Rows)) != m.Rows || len(v.Files) != len(m.Objects) || len(v.Columns) != len(m.Columns) {
			t.Errorf("version %d: PyIceberg sees %d rows, %d files, %d columns, the manifest %d, %d, %d", v.Version,
				len(v.Rows), len(v.Files), len(v.Columns), m.Rows, len(m.Objects), len(m.Columns))
			continue
		}
		for i, c := range v.Columns {
			if c.FieldID != m.Columns[i].FieldID || c.Name != m.Columns[i].Name {
				t.Errorf("version %d, column %d: PyIceberg sees %+v, the manifest says %+v", v.Version, i, c, m.Columns[i])
			}
		}
	}
}

// adult is a file as a writer makes it that knows the field ids: 1 and, because
// age was a string without values first, 3.
func adult(t *testing.T, name string) []byte {
	return parquetOf(t, `[{"name":"`+name+`","age":40}]`, field("name", arrow.BinaryTypes.String, 1), field("age", arrowLong, 3))
}

func byText(a, b map[string]any) int {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return slices.Compare(x, y)
}

// TestPyIcebergReadsAView: a foreign engine's reader of Iceberg's view spec sees the
// same versions, statements and columns.
func TestPyIcebergReadsAView(t *testing.T) {
	h := open(t)
	v := viewed("v", "SELECT name, tags FROM people", catalog.Create, "name:string", "tags:list<struct<k:string,n:decimal(38,0)>>")
	text := "names"
	v.Description = &text
	first := h.registerView(t, v)
	second := h.registerView(t, viewed("v", "SELECT age FROM people", catalog.Replace, "age:long"))
	var seen struct {
		UUID, Comment string
		Current       int64
		Log           []int64
		Versions      []struct {
			Version   int64
			Namespace []string
			SQL       [][]string
			Columns   []struct {
				FieldID    int `json:"field_id"`
				Name, Type string
			}
		}
	}
	file := filepath.Join(exported(t, h.storage), filepath.FromSlash(second.MetadataKey))
	pyiceberg(t, &seen, "testdata/read_view.py", file)
	if seen.UUID != first.ViewID || seen.Comment != text || seen.Current != 2 || !slices.Equal(seen.Log, []int64{1, 2}) || len(seen.Versions) != 2 {
		t.Fatalf("seen is %+v", seen)
	}
	for i, want := range []catalog.View{first.View, second.View} {
		got := seen.Versions[i]
		if got.Version != want.Version || !reflect.DeepEqual(got.SQL, [][]string{{"duckdb", want.SQL}}) || !slices.Equal(got.Namespace, []string{"default"}) || len(got.Columns) != len(want.Columns) {
			t.Errorf("version %d is %+v", i+1, got)
			continue
		}
		for j, c := range got.Columns {
			if c.Name != want.Columns[j].Name || c.FieldID != want.Columns[j].FieldID {
				t.Errorf("column %d of version %d is %+v, not %+v", j, i+1, c, want.Columns[j])
			}
		}
	}
}
