package queryd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// lake is a storaged and a catalogd with which tables are made.
type lake struct {
	t       testing.TB
	storage *storage.Client
	catalog *catalog.Client
	writer  *duck.Pool
	down    atomic.Bool // storaged, as queryd sees it
	peers   service.Peers
	secrets service.Secrets // with which queryd reads from S3
}

func newLake(t testing.TB) *lake {
	t.Helper()
	return newLakeOver(t, testbed.StartStoraged(t))
}

// newS3Lake is over a bucket in MinIO.
func newS3Lake(t testing.TB) *lake {
	t.Helper()
	testbed.HTTPFS(t)
	env := testbed.NewEnv(t, "storaged")
	env.Secrets.S3 = map[string]service.S3{"primary": testbed.StartMinIO(t)}
	c := storaged.Defaults()
	c.Backend = "s3"
	l := newLakeOver(t, testbed.StartStoragedWith(t, env, c))
	l.secrets = env.Secrets
	return l
}

func newLakeOver(t testing.TB, client *storage.Client) *lake {
	t.Helper()
	l := &lake{t: t, storage: client}
	env := testbed.NewEnv(t, "catalogd")
	env.Peers = service.Peers{"storaged": l.storage.Base}
	daemon, err := catalogd.New(t.Context(), env, catalogd.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	base := testbed.Serve(t, env, daemon)
	l.catalog = &catalog.Client{Client: wire.Client{Service: "catalogd", Base: base}}
	waitFor(t, "catalogd is ready", func() bool { _, err := l.catalog.List(t.Context(), "", 1); return err == nil })
	l.writer, err = duck.NewPool(duck.Config{
		Workers: 1, MaxWorkers: 1, Limits: duck.Limits{MemoryBytes: 1 << 30, Threads: 1},
		SpillDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.writer.Close() })
	l.peers = service.Peers{"storaged": l.front(), "catalogd": base}
	return l
}

// front is storaged's address for queryd, behind which it can be taken down.
func (l *lake) front() string {
	target, err := url.Parse(l.storage.Base)
	if err != nil {
		l.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.down.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	l.t.Cleanup(server.Close)
	return server.URL
}

// write makes the rows of a SELECT a new version of a dataset. fields are the
// field ids, as DuckDB's COPY takes them.
func (l *lake) write(name string, mode catalog.Mode, fields, sql string) catalog.Registered {
	l.t.Helper()
	return l.register(catalog.Registration{Name: name, Mode: mode}, fields, sql)
}

// writeSchema replaces a dataset, its columns included.
func (l *lake) writeSchema(name, fields, sql string) catalog.Registered {
	l.t.Helper()
	return l.register(catalog.Registration{Name: name, Mode: catalog.Replace, Schema: catalog.ReplaceSchema}, fields, sql)
}

// updated is when the dataset's version of now came.
func (l *lake) updated(name string) time.Time {
	l.t.Helper()
	m, err := l.catalog.Manifest(l.t.Context(), name, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	return m.UpdatedAt
}

func (l *lake) register(r catalog.Registration, fields, sql string) catalog.Registered {
	l.t.Helper()
	dir := l.t.TempDir()
	file := filepath.Join(dir, "x.parquet")
	copySQL := fmt.Sprintf("COPY (%s) TO %s (FORMAT parquet, FIELD_IDS {%s})", sql, duck.Literal(file), fields)
	if _, err := l.writer.Exec(l.t.Context(), duck.Job{WriteDir: dir, SQL: []string{copySQL}}); err != nil {
		l.t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		l.t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	key := "in/" + hex.EncodeToString(sum[:8]) + ".parquet"
	if _, _, err := l.storage.Put(l.t.Context(), key, bytes.NewReader(content), int64(len(content)), storage.Condition{}); err != nil {
		l.t.Fatal(err)
	}
	r.Objects = []catalog.ObjectRef{{Key: key}}
	answer, _, err := l.catalog.Register(l.t.Context(), r, "")
	if err != nil {
		l.t.Fatal(err)
	}
	return answer
}

// staffing makes three small tables in two namespaces.
func (l *lake) staffing() {
	l.t.Helper()
	l.write("placements", catalog.Replace, "id: 1, state: 2, rate: 3", "SELECT i AS id, ['TX','CA','NY'][1 + i % 3] AS state, (i / 4)::DECIMAL(18,2) AS rate FROM range(3000) t(i)")
	l.write("clients", catalog.Replace, "id: 1, zip: 2", "SELECT i AS id, lpad((i * 97)::VARCHAR, 5, '0') AS zip FROM range(40) t(i)")
	l.write("hr.people", catalog.Replace, "id: 1, born: 2", "SELECT i AS id, DATE '1980-01-01' + i::INTEGER AS born FROM range(5) t(i)")
}

// accesses runs a test against a queryd of each access, over storage that has it.
func accesses(t *testing.T, test func(t *testing.T, l *lake, d *daemon)) {
	for kind, over := range map[string]struct {
		lake     func(testing.TB) *lake
		accesses []string
	}{
		"on disk": {newLake, []string{accessLocal, accessCache, accessAuto}},
		"in S3":   {newS3Lake, []string{accessS3}},
	} {
		t.Run(kind, func(t *testing.T) {
			l := over.lake(t)
			for _, access := range over.accesses {
				t.Run(access, func(t *testing.T) {
					c := small()
					c.Access = access
					test(t, l, l.query(t, c))
				})
			}
		})
	}
}

// query starts a queryd over the lake.
func (l *lake) query(t testing.TB, c Config) *daemon {
	t.Helper()
	if len(l.secrets.S3) > 0 {
		c.HTTPFS = testbed.HTTPFS(t)
	}
	d := startWith(t, t.TempDir(), c, l.peers, l.secrets)
	d.waitReady()
	return d
}

func TestTables(t *testing.T) {
	accesses(t, func(t *testing.T, l *lake, d *daemon) {
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
	})
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

func TestTableNotFound(t *testing.T) {
	l := newLake(t)
	l.staffing()
	d := start(t, small(), l.peers)
	for sql, near := range map[string]string{
		"SELECT * FROM placement":             "[placements]",
		"SELECT * FROM Clinets":               "[clients]",
		"SELECT * FROM people":                "[hr.people]",
		"SELECT * FROM hr.placements":         "[placements]",
		"SELECT * FROM clients, nothing_like": "[]",
		`SELECT * FROM "my table"`:            "[]",
	} {
		p := d.sql(sql).expect(t, query.ErrTableNotFound)
		if got := fmt.Sprint(p.Fields["near"]); got != near {
			t.Errorf("%s: near %s, want %s", sql, got, near)
		}
		if p.Fields["table"] == nil || p.Fields["position"] == nil {
			t.Errorf("%s: %+v", sql, p.Fields)
		}
	}
}

func TestWhatIsWrittenIsReadAtOnce(t *testing.T) {
	accesses(t, func(t *testing.T, l *lake, d *daemon) {
		name := "visits_" + path.Base(t.Name())
		for i := 1; i <= 5; i++ {
			l.write(name, catalog.Append, "n: 1", fmt.Sprintf("SELECT i AS n FROM range(%d, %d) t(i)", (i-1)*10, i*10))
			if got, want := d.sql("SELECT count(*), max(n) FROM "+name).rows(t), fmt.Sprintf("[[%d,%d]]", i*10, i*10-1); got != want {
				t.Errorf("after %d appends: %s, want %s", i, got, want)
			}
		}
	})
}

func TestEmptyTable(t *testing.T) {
	accesses(t, func(t *testing.T, l *lake, d *daemon) {
		l.write("nobody", catalog.Replace, "id: 1, name: 2", "SELECT 1::BIGINT AS id, 'x' AS name WHERE false")
		if got := d.sql("SELECT count(*), max(name) FROM nobody").rows(t); got != "[[0,null]]" {
			t.Errorf("got %s", got)
		}
	})
}

// TestStatementReadsOneVersion: a replacement while a result is being sent
// changes nothing in it.
func TestStatementReadsOneVersion(t *testing.T) {
	const rows = 200_000
	accesses(t, func(t *testing.T, l *lake, d *daemon) {
		name := "v_" + path.Base(t.Name())
		l.write(name, catalog.Replace, "n: 1, pad: 2", fmt.Sprintf("SELECT 1::BIGINT AS n, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS pad FROM range(%d) t(i)", rows))
		body, err := d.Stream(t.Context(), query.Request{SQL: "SELECT n, pad FROM " + name, Format: query.CSV})
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		l.write(name, catalog.Replace, "n: 1, pad: 2", "SELECT 2::BIGINT AS n, 'x' AS pad")
		text, err := io.ReadAll(body)
		if lines := bytes.Count(text, []byte("\r\n1,")); err != nil || lines != rows {
			t.Errorf("%d rows of version 1, %v; want %d", lines, err, rows)
		}
		if got := d.sql("SELECT n FROM " + name).rows(t); got != "[[2]]" {
			t.Errorf("the next statement reads %s", got)
		}
	})
}

func TestCacheOutlivesStorage(t *testing.T) {
	l := newLake(t)
	l.staffing()
	data := t.TempDir()
	d := startOn(t, data, small(), l.peers)
	const sql = "SELECT count(*) FROM placements, hr.people"
	if got := d.sql(sql).rows(t); got != "[[15000]]" {
		t.Fatal(got)
	}
	l.down.Store(true)
	if got := d.sql(sql).rows(t); got != "[[15000]]" {
		t.Errorf("from the cache: %s", got)
	}
	a := d.sql("SELECT count(*) FROM clients")
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "storaged") {
		t.Errorf("what is not in the cache: %d %s", a.status, a.body)
	}
	l.down.Store(false)
	if got := d.sql("SELECT count(*) FROM clients").rows(t); got != "[[40]]" {
		t.Errorf("with storaged back: %s", got)
	}
	metrics := d.metrics()
	for _, want := range []string{"lakehouse_queryd_object_cache_hits_total 2", `lakehouse_queryd_statements_total{outcome="service_unavailable"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// metrics gives what /metrics says.
func (d *daemon) metrics() string {
	d.t.Helper()
	resp, err := http.Get(d.url + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

func TestCacheBound(t *testing.T) {
	l := newLake(t)
	l.staffing()
	c := small()
	c.CacheBytes = 100
	d := start(t, c, l.peers)
	p := d.sql("SELECT count(*) FROM placements").expect(t, query.ErrCacheFull)
	if !strings.Contains(p.Detail, "cache_bytes") || fmt.Sprint(p.Fields["limit"]) != "100" {
		t.Errorf("%+v", p)
	}
}

// TestFolderThatIsNotStoragesAnyMore: a queryd that reads in place notices that
// the folder has become another one, and goes on through the cache.
func TestFolderThatIsNotStoragesAnyMore(t *testing.T) {
	l := newLake(t)
	l.staffing()
	c := small()
	c.Access = accessAuto
	d := start(t, c, l.peers)
	d.waitReady()
	const sql = "SELECT count(*) FROM placements"
	if got := d.sql(sql).rows(t); got != "[[3000]]" {
		t.Fatal(got)
	}
	buckets, err := l.storage.Buckets(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(buckets[0].Root, storage.InstanceFile), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := d.sql(sql).rows(t); got != "[[3000]]" {
		t.Errorf("through the cache: %s", got)
	}
	if metrics := d.metrics(); !strings.Contains(metrics, "lakehouse_queryd_object_cache_misses_total 1") {
		t.Error("the objects did not come through the cache")
	}
	d.stillServes()
}

func TestLocalAloneSaysWhatIsWrong(t *testing.T) {
	l := newLake(t)
	buckets, err := l.storage.Buckets(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(buckets[0].Root, storage.InstanceFile), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := small()
	c.Access = accessLocal
	d := start(t, c, l.peers)
	a := d.sql("SELECT 1")
	if p := a.expect(t, wire.ErrNotReady); !strings.Contains(p.Detail, `"auto"`) {
		t.Errorf("no remedy: %s", a.body)
	}
}
