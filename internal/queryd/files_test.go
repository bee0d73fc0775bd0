package queryd

import (
	"net/http"
	"path"
	"strings"
	"testing"
)

// whereTheFilesAre: no answer and no error tells where a
// dataset's files lie or what they are called.
func whereTheFilesAre(t *testing.T, l *lake, d *daemon) {
	l.staffing()
	buckets, err := l.storage.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := l.catalog.Manifest(t.Context(), "placements", 0)
	if err != nil {
		t.Fatal(err)
	}
	key := manifest.Objects[0].Key
	secrets := []string{d.data, key, path.Base(key), manifest.DatasetID, ".parquet", "s3://", "127.0.0.1"}
	if root := buckets[0].Root; root != "" {
		secrets = append(secrets, root)
	}
	for _, statement := range []string{"SELECT count(*) FROM placements WHERE rate > 700", "SELECT * FROM placements p JOIN clients USING (id)", "SELECT state::INTEGER FROM placements",
		"SELECT filename FROM placements", "SELECT error(state) FROM placements"} {
		for _, explain := range []string{"", "EXPLAIN ", "EXPLAIN ANALYZE ", "EXPLAIN (FORMAT json) ", "EXPLAIN (ANALYZE, FORMAT json) ", "EXPLAIN ANALYZE (FORMAT json) "} {
			a := d.sql(explain + statement)
			for _, secret := range secrets {
				if strings.Contains(unframed(a.body), unframed(secret)) {
					t.Errorf("%s%s tells %s: %s", explain, statement, secret, a.body)
				}
			}
			if explain == "EXPLAIN ANALYZE " && a.status == http.StatusOK && !strings.Contains(a.body, "Table: placements") {
				t.Errorf("%s%s does not name the table: %s", explain, statement, a.body)
			}
		}
	}
}

// unframed takes boxes, blanks and line breaks out of a plan, in which a long
// value is wrapped.
func unframed(text string) string {
	return strings.NewReplacer("│", "", " ", "", `\n`, "").Replace(text)
}
