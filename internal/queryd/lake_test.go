package queryd

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
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
	testbed.Until(t, "catalogd is ready", func() bool { _, err := l.catalog.List(t.Context(), "", 1); return err == nil })
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
