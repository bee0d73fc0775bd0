package duck

import (
	"path/filepath"
	"testing"
	"time"
)

// atOnce tells whether the rows of t were worked on by several threads at once. One
// thread meets the groups of t's rows one after the other, so whatever it numbers in a
// later group comes after all of an earlier one; two that take turns mix their numbers.
const atOnce = `SELECT count(*) FILTER (lowest < before) > 0 FROM (
	SELECT lowest, lag(highest) OVER (ORDER BY part) AS before FROM (
		SELECT part, min(n) AS lowest, max(n) AS highest FROM (
			SELECT i // 122880 AS part, nextval('numbers') AS n FROM t WHERE sha256(i::VARCHAR) LIKE 'f%') GROUP BY part))`

// TestACrewTakesAPartOfTheWork: of a statement that has work for several threads, be it
// over rows in memory or over one file whose schema is given.
func TestACrewTakesAPartOfTheWork(t *testing.T) {
	s := setup{Limits: testConfig(t).Limits, SpillDir: t.TempDir()}
	file := filepath.Join(t.TempDir(), "a.parquet")
	view := View{Name: "t", Files: []string{file}, Rows: 500_000, Columns: []Column{{FieldID: 1, Name: "i", Type: "long"}}}
	rows, err := viewsSQL([]View{view}, s.noRows())
	if err != nil {
		t.Fatal(err)
	}
	const made = "FROM range(500000) t(i)"
	for name, table := range map[string]string{
		"in memory": "CREATE TABLE t AS " + made,
		"in a file": "COPY (" + made + ") TO " + Literal(file) + " (FORMAT parquet, FIELD_IDS {i: 1});" +
			"COPY (SELECT 1 AS one WHERE false) TO " + Literal(s.noRows()) + " (FORMAT parquet);" + rows,
	} {
		t.Run(name, func(t *testing.T) {
			i, err := openUnlocked(s, signed)
			if err != nil {
				t.Fatal(err)
			}
			defer i.close()
			if err := i.runs.exec("CREATE SEQUENCE numbers;" + table); err != nil {
				t.Fatal(err)
			}
			if mixed(t, i, 0) {
				t.Fatal("a thread alone seems to be several: the order of its numbers tells nothing")
			}
			// A crew that the machine lets wait may come too late for a statement.
			for deadline := time.Now().Add(time.Minute); !mixed(t, i, i.hands); {
				if time.Now().After(deadline) {
					t.Fatal("the statement's own thread did all of the work, each time")
				}
			}
		})
	}
}

// mixed runs atOnce with so many hands beside the statement's own thread.
func mixed(t *testing.T, i *instance, hands int) bool {
	t.Helper()
	crew := summon(i.db, hands)
	answer, err := jobRows(i.runs, atOnce)
	crew.dismiss()
	if err != nil {
		t.Fatal(err)
	}
	return string(answer[0][0]) == "true"
}
