package fleet_test

import (
	"net/http"
	"path/filepath"
	"testing"
)

// Of two first loads of a name the slower one appends, and what it wrote for a dataset
// of its own is gone: an erasure would not find a person's rows there.
func TestTheSlowerOfTwoFirstLoadsLeavesNothing(t *testing.T) {
	p := &catalogProxy{}
	data := t.TempDir()
	l := startProxied(t, data, "catalogd", p, &p.catalogd, uncompacted)
	p.first = func(w http.ResponseWriter, ask func(http.ResponseWriter)) {
		l.mustIngest("name=people&mode=append", "id,name\n1,Ada\n")
		ask(w)
	}
	l.mustIngest("name=people&mode=append", "id,name\n2,Grace\n")
	if rows := l.rows("SELECT count(*)::BIGINT FROM people"); rows[0] != "2" {
		t.Errorf("rows: %v", rows)
	}
	files, err := filepath.Glob(filepath.Join(data, "objects", "*", "datasets", "*", "data", "*.parquet"))
	if err != nil || len(files) != 2 {
		t.Errorf("files: %v, %v", files, err)
	}
}
