package queryd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

func TestStatementsThatDoMoreThanRead(t *testing.T) {
	d := start(t, small(), nil)
	t.Setenv("LAKEHOUSE_TEST_SECRET", "hunter2")
	bait := filepath.Join(t.TempDir(), "bait.csv")
	if err := os.WriteFile(bait, []byte("secret\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"CREATE TABLE x (a INTEGER)", "CREATE VIEW v AS SELECT 1", "INSERT INTO x VALUES (1)", "UPDATE x SET a = 1", "DELETE FROM x",
		"DROP TABLE x", "ALTER TABLE x ADD COLUMN b INTEGER", "TRUNCATE x",
		"ATTACH '/tmp/x.db'", "ATTACH ':memory:' AS m", "DETACH memory", "USE memory",
		"COPY (SELECT 1) TO '/tmp/x.csv'", "COPY x FROM '" + bait + "'", "EXPORT DATABASE '/tmp/x'", "IMPORT DATABASE '/tmp/x'",
		"INSTALL httpfs", "LOAD httpfs", "LOAD '/tmp/x.duckdb_extension'",
		"SET threads = 8", "RESET threads", "SET VARIABLE x = 1", "PRAGMA database_list", "PRAGMA enable_profiling", "CALL pragma_version()",
		"CREATE SECRET s (TYPE s3)", "CREATE MACRO m() AS 1", "PREPARE p AS SELECT 1", "EXECUTE p", "CHECKPOINT", "VACUUM", "BEGIN",
		"SELECT * FROM '" + bait + "'", `SELECT * FROM "` + bait + `"`, "SELECT * FROM read_csv('" + bait + "')",
		"SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/proc/self/environ')", "SELECT * FROM glob('/*')",
		"SELECT * FROM sniff_csv('" + bait + "')", "SELECT * FROM parquet_scan('/tmp/*.parquet')", "SELECT * FROM 's3://bucket/x.parquet'",
		"SELECT * FROM read_csv('http://127.0.0.1:3211/storage/buckets')", "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_secrets()",
		"SELECT getenv('LAKEHOUSE_TEST_SECRET')", "SELECT current_setting('memory_limit')", "SELECT * FROM query('SELECT 1')",
		`SELECT (WITH "` + bait + `" AS (SELECT 1) SELECT 1), count(*) FROM "` + bait + `"`,
		"SELECT 1; SELECT 2", "SELECT 1; DROP TABLE x", "SELECT 1;;DROP TABLE x", "EXPLAIN CREATE TABLE x (a INTEGER)",
		"DESCRIBE '" + bait + "'", "SUMMARIZE '" + bait + "'", "EXPLAIN ANALYZE SELECT * FROM read_text('/etc/passwd')",
	} {
		a := d.sql(sql)
		p := a.problem(t)
		allowed := map[string]bool{query.ErrNotAllowed.Code: true, query.ErrInvalid.Code: true, query.ErrTableNotFound.Code: true}
		if a.status < 400 || a.status >= 500 || !allowed[p.Kind.Code] {
			t.Errorf("%s: %d %s", sql, a.status, a.body)
		}
		if strings.Contains(a.body, "hunter2") || strings.Contains(a.body, "root:") {
			t.Errorf("%s: the answer tells what it must not", sql)
		}
	}
	if got := d.sql("SELECT 1").rows(t); got != "[[1]]" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestStatementsThatRead(t *testing.T) {
	d := start(t, small(), nil)
	for sql, want := range map[string]string{
		"VALUES (1), (2)":                      `[[1],[2]]`,
		"FROM range(2)":                        `[[0],[1]]`,
		"WITH a AS (SELECT 1 AS x) FROM a":     `[[1]]`,
		"SELECT 1 -- the end":                  `[[1]]`,
		"SELECT 1 /* ; */ ;":                   `[[1]]`,
		"SELECT unnest([1,2]) ORDER BY 1 DESC": `[[2],[1]]`,
	} {
		if got := d.sql(sql).rows(t); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	for _, sql := range []string{"DESCRIBE SELECT 1 AS a", "SUMMARIZE SELECT 1 AS a", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1"} {
		if got := d.sql(sql).rows(t); got == "[]" {
			t.Errorf("%s: no rows", sql)
		}
	}
}
