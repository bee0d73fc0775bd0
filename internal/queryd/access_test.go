package queryd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// TestEveryAccess: a queryd gives the same answers however it comes to the files.
func TestEveryAccess(t *testing.T) {
	for kind, over := range map[string]struct {
		lake     func(testing.TB) *lake
		accesses []string
	}{
		"on disk": {newLake, []string{accessLocal, accessCache, accessAuto}},
		"in S3":   {newS3Lake, []string{accessS3}},
	} {
		t.Run(kind, func(t *testing.T) {
			l := over.lake(t)
			var daemons []*daemon
			for _, access := range over.accesses {
				c := small()
				c.Access = access
				daemons = append(daemons, l.query(t, c))
			}
			for _, c := range []struct {
				name string
				test func(*testing.T, *lake, *daemon)
			}{
				{"tables", tablesAreRead}, // first, for it lists all that are there
				{"what is written is read at once", writtenIsReadAtOnce},
				{"an empty table", emptyTable},
				{"a statement reads one version", readsOneVersion},
				{"where the files are is nobody's business", whereTheFilesAre},
			} {
				for i, access := range over.accesses {
					t.Run(c.name+"/"+access, func(t *testing.T) {
						d := *daemons[i]
						d.t = t
						c.test(t, l, &d)
					})
				}
			}
		})
	}
}

func tablesAreRead(t *testing.T, l *lake, d *daemon) {
	l.staffing()
	for sql, want := range map[string]string{
		"SELECT count(*), sum(rate) FROM placements":                                        `[[3000,"1124625.00"]]`,
		"SELECT state, count(*) FROM PLACEMENTS WHERE rate >= 700 GROUP BY 1 ORDER BY 1":    `[["CA",67],["NY",67],["TX",66]]`,
		`SELECT count(*) FROM "default".placements`:                                         `[[3000]]`,
		"SELECT max(born) FROM hr.people":                                                   `[["1980-01-05"]]`,
		"SELECT count(*) FROM placements a JOIN placements b USING (id)":                    `[[3000]]`,
		`SELECT count(*) FROM placements JOIN "default".placements p USING (id), hr.people`: `[[15000]]`,
		"SELECT zip FROM clients WHERE id = (SELECT min(id) + 1 FROM clients)":              `[["00097"]]`,
		"WITH hr AS (SELECT * FROM clients) SELECT count(*) FROM hr":                        `[[40]]`,
		"SELECT column_name, column_type FROM (DESCRIBE placements)":                        `[["id","BIGINT"],["state","VARCHAR"],["rate","DECIMAL(18,2)"]]`,
		"SHOW TABLES": `[["clients"],["hr.people"],["placements"]]`,
	} {
		if got := d.sql(sql).rows(t); sorted(got) != sorted(want) {
			t.Errorf("%s: got %s, want %s", sql, got, want)
		}
	}
	for _, sql := range []string{"SUMMARIZE placements", "EXPLAIN SELECT * FROM hr.people", "EXPLAIN ANALYZE SELECT * FROM clients", "SHOW placements"} {
		if got := d.sql(sql).rows(t); got == "[]" {
			t.Errorf("%s: no rows", sql)
		}
	}
}

// sorted gives the rows of a JSON answer in the order of their text, for
// statements that give none.
func sorted(rows string) string {
	var list []json.RawMessage
	if json.Unmarshal([]byte(rows), &list) != nil {
		return rows
	}
	slices.SortFunc(list, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	return fmt.Sprintf("%s", list)
}

func writtenIsReadAtOnce(t *testing.T, l *lake, d *daemon) {
	name := "visits_" + path.Base(t.Name())
	for i := 1; i <= 5; i++ {
		l.write(name, catalog.Append, "n: 1", fmt.Sprintf("SELECT i AS n FROM range(%d, %d) t(i)", (i-1)*10, i*10))
		if got, want := d.sql("SELECT count(*), max(n) FROM "+name).rows(t), fmt.Sprintf("[[%d,%d]]", i*10, i*10-1); got != want {
			t.Errorf("after %d appends: %s, want %s", i, got, want)
		}
	}
}

func emptyTable(t *testing.T, l *lake, d *daemon) {
	l.write("nobody", catalog.Replace, "id: 1, name: 2", "SELECT 1::BIGINT AS id, 'x' AS name WHERE false")
	if got := d.sql("SELECT count(*), max(name) FROM nobody").rows(t); got != "[[0,null]]" {
		t.Errorf("got %s", got)
	}
}

// readsOneVersion: a replacement while a result is being sent
// changes nothing in it.
func readsOneVersion(t *testing.T, l *lake, d *daemon) {
	name := "v_" + path.Base(t.Name())
	const rows = 7000 // of a thousand bytes, in each of two files: more than waits for a client
	for _, mode := range []catalog.Mode{catalog.Replace, catalog.Append} {
		l.write(name, mode, "n: 1, pad: 2", fmt.Sprintf("SELECT 1::BIGINT AS n, '%s' || md5(i::VARCHAR) || repeat('x', 960) AS pad FROM range(%d) t(i)", mode, rows))
	}
	body, err := d.Stream(t.Context(), query.Request{SQL: "SELECT n, pad FROM " + name, Format: query.CSV})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	l.write(name, catalog.Replace, "n: 1, pad: 2", "SELECT 2::BIGINT AS n, 'x' AS pad")
	text, err := io.ReadAll(body)
	if lines := bytes.Count(text, []byte("\r\n1,")); err != nil || lines != 2*rows {
		t.Errorf("%d rows of version 2, %v; want %d", lines, err, 2*rows)
	}
	if got := d.sql("SELECT n FROM " + name).rows(t); got != "[[2]]" {
		t.Errorf("the next statement reads %s", got)
	}
}
