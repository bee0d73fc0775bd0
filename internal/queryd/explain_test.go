package queryd

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPlans: a plan in JSON is part of the answer's JSON when it was asked for with
// FORMAT json, else it is text; and it names the table and no file.
func TestPlans(t *testing.T) {
	l := newLake(t)
	l.staffing()
	d := start(t, small(), l.peers)
	type node struct {
		Operator      string            `json:"operator"`
		EstimatedRows *int64            `json:"estimated_rows"`
		Rows          *int64            `json:"rows"`
		ElapsedMS     *float64          `json:"elapsed_ms"`
		Info          map[string]string `json:"info"`
		Children      []node            `json:"children"`
	}
	for sql, analyzed := range map[string]bool{
		"EXPLAIN (FORMAT json) SELECT state, count(*) FROM placements GROUP BY 1":          false,
		"EXPLAIN (ANALYZE, FORMAT json) SELECT state, count(*) FROM placements GROUP BY 1": true,
	} {
		var row []json.RawMessage
		var tree struct {
			ElapsedMS *float64 `json:"elapsed_ms"`
			Plan      []node   `json:"plan"`
		}
		text := d.sql(sql).rows(t)
		if err := json.Unmarshal([]byte(text[1:len(text)-1]), &row); err != nil || len(row) != 2 {
			t.Fatalf("%s: %s", sql, text)
		}
		if err := json.Unmarshal(row[1], &tree); err != nil || len(tree.Plan) != 1 {
			t.Fatalf("%s: %v: %s", sql, err, row[1])
		}
		root := tree.Plan[0]
		if root.Operator == "" || len(root.Children) == 0 || (tree.ElapsedMS != nil) != analyzed || (root.Rows != nil) != analyzed {
			t.Errorf("%s: %s", sql, row[1])
		}
		if analyzed && (!strings.Contains(text, `"Table":"placements"`) || !strings.Contains(text, `"rows":3000`)) {
			t.Errorf("%s: no scan of 3,000 rows of placements: %s", sql, text)
		}
		if strings.Contains(text, ".parquet") {
			t.Errorf("%s names a file: %s", sql, text)
		}
		ndjson := d.post("/sql?format=ndjson", sql, "Content-Type", "text/plain")
		if !strings.Contains(ndjson.body, `"explain_value":{`) {
			t.Errorf("%s in ndjson: %s", sql, ndjson.body)
		}
		csv := d.post("/sql?format=csv", sql, "Content-Type", "text/plain")
		if !strings.Contains(csv.body, `,"{""`) {
			t.Errorf("%s in csv: %s", sql, csv.body)
		}
	}
	for _, sql := range []string{"EXPLAIN (FORMAT text) FROM placements", "EXPLAIN (ANALYZE) FROM placements"} {
		if text := d.sql(sql).rows(t); !strings.HasPrefix(text, `[["`) || !strings.Contains(text, "SCAN") && !strings.Contains(text, "READ_PARQUET") {
			t.Errorf("%s: %s", sql, text)
		}
	}
	if got := d.sql(`SELECT '{"a":1}'::JSON`).rows(t); got != `[["{\"a\":1}"]]` {
		t.Errorf("a value of type JSON: %s", got)
	}
}
