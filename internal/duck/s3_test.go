package duck

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// bucket is a bucket in MinIO.
type bucket struct {
	t      testing.TB
	s3     service.S3
	client *storage.Client
}

func newBucket(t testing.TB) *bucket {
	t.Helper()
	testbed.HTTPFS(t)
	b := &bucket{t: t, s3: testbed.StartMinIO(t)}
	env := testbed.NewEnv(t, "storaged")
	env.Secrets.S3 = map[string]service.S3{"primary": b.s3}
	c := storaged.Defaults()
	c.Backend = "s3"
	b.client = testbed.StartStoragedWith(t, env, c)
	return b
}

// config is that of a pool over the bucket, at another endpoint if one is given.
func (b *bucket) config(endpoint string) Config {
	b.t.Helper()
	c := testConfig(b.t)
	if endpoint == "" {
		endpoint = b.s3.Endpoint
	}
	c.ReadDir, c.MaxWorkers, c.Limits.Threads = "", 1, 1
	c.S3 = &S3{Extension: testbed.HTTPFS(b.t), Endpoint: endpoint, Region: b.s3.Region, Bucket: b.s3.Bucket,
		PathStyle: b.s3.UsePathStyle, KeyID: b.s3.AccessKeyID, Secret: b.s3.SecretAccessKey.Reveal()}
	return c
}

// put stores bytes and gives the view over them.
func (b *bucket) put(key string, content []byte) View {
	b.t.Helper()
	if _, _, err := b.client.Put(b.t.Context(), key, bytes.NewReader(content), int64(len(content)), storage.Condition{}); err != nil {
		b.t.Fatal(err)
	}
	return View{Name: "t", Files: []string{ObjectURL(b.s3.Bucket, key)}, Sizes: []int64{int64(len(content))}, Rows: 3,
		Columns: []Column{{FieldID: 1, Name: "n", Type: "long"}}}
}

// rowsOf makes a Parquet file of three rows from n on.
func rowsOf(t testing.TB, p *Pool, n int) []byte {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "x.parquet")
	sql := fmt.Sprintf("COPY (SELECT i AS n FROM range(%d, %d) t(i)) TO %s (FORMAT parquet, FIELD_IDS {n: 1})", n, n+3, Literal(file))
	if _, err := p.Exec(t.Context(), Job{WriteDir: dir, SQL: []string{sql}}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// askS3 gives the one number that a statement answers with.
func askS3(ctx context.Context, p *Pool, sql string, views ...View) (string, error) {
	session, err := p.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer session.Close()
	statement, err := session.Parse(ctx, sql)
	if err != nil {
		return "", err
	}
	stream, err := session.Run(ctx, Request{Statement: statement, Views: views})
	if err != nil {
		return "", err
	}
	defer stream.Close()
	batch, err := stream.Next()
	if err != nil {
		return "", err
	}
	return fmt.Sprint(batch.Column(0).GetOneForMarshal(0)), nil
}

// TestS3: one MinIO serves them all.
func TestS3(t *testing.T) {
	b := newBucket(t)
	for name, test := range map[string]func(*testing.T, *bucket){
		"AWorkerReadsTheObjectsOfItsViewsFromS3": s3AWorkerReadsTheObjectsOfItsViewsFromS3,
		"ObjectsThatAreNotAsTheCatalogSays":      s3ObjectsThatAreNotAsTheCatalogSays,
		"TheLockedInstanceReadsItsObjectsAlone":  s3TheLockedInstanceReadsItsObjectsAlone,
		"WhatS3CannotAnswer":                     s3WhatS3CannotAnswer,
		"ARedirectTakesNoKeyAlong":               s3ARedirectTakesNoKeyAlong,
		"TLSIsChecked":                           s3TLSIsChecked,
	} {
		t.Run(name, func(t *testing.T) { test(t, &bucket{t: t, s3: b.s3, client: b.client}) })
	}
}

func s3AWorkerReadsTheObjectsOfItsViewsFromS3(t *testing.T, b *bucket) {
	writer := newTestPool(t, testConfig(t))
	one, two := b.put("datasets/1.parquet", rowsOf(t, writer, 10)), b.put("datasets/2.parquet", rowsOf(t, writer, 20))
	both := one
	both.Files, both.Sizes, both.Rows = append(both.Files[:1:1], two.Files...), append(both.Sizes[:1:1], two.Sizes...), 6
	p := newTestPool(t, b.config(""))
	pid := p.idle[0].cmd.Process.Pid
	for range 2 {
		for view, want := range map[*View]string{&one: "33", &two: "63", &both: "96"} {
			for range 2 { // the second time by the same instance
				if got, err := askS3(t.Context(), p, "SELECT sum(n)::BIGINT FROM t", *view); got != want || err != nil {
					t.Errorf("%v: %s, %v; want %s", view.Files, got, err, want)
				}
			}
		}
	}
	if got, err := askS3(t.Context(), p, "SELECT 42"); got != "42" || err != nil {
		t.Errorf("without a table: %s, %v", got, err)
	}
	if p.idle[0].cmd.Process.Pid != pid {
		t.Error("the statements cost a worker")
	}
}

func s3ObjectsThatAreNotAsTheCatalogSays(t *testing.T, b *bucket) {
	content := rowsOf(t, newTestPool(t, testConfig(t)), 10)
	whole := b.put("datasets/whole.parquet", content)
	cut := b.put("datasets/cut.parquet", content[:len(content)-9])
	cut.Sizes = whole.Sizes
	wrong := b.put("datasets/wrong.parquet", bytes.Repeat([]byte("x"), len(content)))
	missing := whole
	missing.Files = []string{ObjectURL(b.s3.Bucket, "datasets/missing.parquet")}
	p := newTestPool(t, b.config(""))
	for name, view := range map[string]View{"cut": cut, "wrong": wrong, "missing": missing} {
		_, err := askS3(t.Context(), p, "SELECT sum(n) FROM t", view)
		var e *Error
		if !errors.Is(err, ErrDamaged) || !errors.As(err, &e) || !strings.Contains(e.Cause, "datasets/"+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := askS3(t.Context(), p, "SELECT sum(n)::BIGINT FROM t", whole); got != "33" || err != nil {
		t.Errorf("afterwards: %s, %v", got, err)
	}
}

// s3TheLockedInstanceReadsItsObjectsAlone: what the guard would refuse, the second
// wall refuses as well.
func s3TheLockedInstanceReadsItsObjectsAlone(t *testing.T, b *bucket) {
	content := rowsOf(t, newTestPool(t, testConfig(t)), 10)
	view := b.put("datasets/1.parquet", content)
	b.put("datasets/2.parquet", content)
	s := setup{Limits: Limits{MemoryBytes: 1 << 30, Threads: 1, SpillBytes: 1 << 30}, SpillDir: t.TempDir(), S3: b.config("").S3}
	o, err := newObjects(s)
	if err != nil {
		t.Fatal(err)
	}
	i, _, err := o.instance(view.Files)
	if err != nil {
		t.Fatal(err)
	}
	c, err := connect(i.db)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	url := func(key string) string { return Literal(ObjectURL(b.s3.Bucket, key)) }
	if err := c.exec("from read_parquet(" + url("datasets/1.parquet") + ")"); err != nil {
		t.Errorf("its own object: %v", err)
	}
	for _, sql := range []string{
		"from read_parquet(" + url("datasets/2.parquet") + ")",
		"from read_parquet(" + url("datasets/*.parquet") + ")",
		"from glob(" + url("datasets/*") + ")",
		"from read_parquet(" + url("datasets/../datasets/2.parquet") + ")",
		"from read_blob(" + url("datasets/1.parquet?s3_endpoint=example.com") + ")",
		"from read_blob('" + b.s3.Endpoint + "/" + b.s3.Bucket + "/datasets/1.parquet')",
		"from read_text('s3://another/datasets/1.parquet')",
		"from read_text('/etc/passwd')",
		"set s3_endpoint = 'example.com'",
		"set httpfs_client_implementation = 'httplib'",
		"create persistent secret x (type s3, key_id 'a', secret 'b')",
	} {
		if err := c.exec(sql); err == nil {
			t.Errorf("passed: %s", sql)
		}
	}
	rows, err := c.text("select secret_string from duckdb_secrets()")
	if err != nil || len(rows) != 1 || strings.Contains(rows[0][0], s.S3.Secret) {
		t.Errorf("DuckDB's own listing of its secret: %v, %v", rows, err)
	}
}

// s3WhatS3CannotAnswer: each trouble of an endpoint has its kind, and neither the
// error nor its cause holds the key.
func s3WhatS3CannotAnswer(t *testing.T, b *bucket) {
	view := b.put("datasets/1.parquet", rowsOf(t, newTestPool(t, testConfig(t)), 10))
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		change func(*S3)
		want   error
	}{
		"down":      {want: ErrUnreachable},
		"503":       {handle: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, want: ErrUnreachable},
		"wrong key": {change: func(s *S3) { s.Secret = "another-secret"; s.Endpoint = b.s3.Endpoint }, want: ErrKeyRefused},
	} {
		t.Run(name, func(t *testing.T) {
			config := b.config("http://" + testbed.FreeAddress(t))
			if c.handle != nil {
				server := httptest.NewServer(c.handle)
				defer server.Close()
				config.S3.Endpoint = server.URL
			}
			if c.change != nil {
				c.change(config.S3)
			}
			p := newTestPool(t, config)
			_, err := askS3(t.Context(), p, "SELECT sum(n) FROM t", view)
			var e *Error
			if !errors.Is(err, c.want) || !errors.As(err, &e) {
				t.Fatalf("%v; want %v", err, c.want)
			}
			for _, secret := range []string{config.S3.Secret, config.S3.KeyID} {
				if strings.Contains(e.Detail+e.Cause, secret) {
					t.Errorf("it holds %s: %s %s", secret, e.Detail, e.Cause)
				}
			}
		})
	}
}

// s3ARedirectTakesNoKeyAlong: httpfs follows redirects and cannot be told not to.
// The kernel lets it reach no other port; at the same port of another server it is a
// stranger.
func s3ARedirectTakesNoKeyAlong(t *testing.T, b *bucket) {
	view := b.put("datasets/1.parquet", rowsOf(t, newTestPool(t, testConfig(t)), 10))
	var target atomic.Pointer[string]
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, *target.Load()+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer front.Close()
	port := strings.TrimPrefix(front.URL, "http://127.0.0.1")
	p := newTestPool(t, b.config(front.URL))
	for address, reached := range map[string]bool{"127.0.0.1:0": false, "127.0.0.2" + port: true} {
		heard := make(chan string, 100)
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Skipf("skipped: %s cannot be listened on: %v", address, err)
		}
		other := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			heard <- r.Header.Get("Authorization") + r.URL.RawQuery
			w.WriteHeader(http.StatusForbidden)
		})}
		served := make(chan error, 1)
		go func() { served <- other.Serve(l) }()
		url := "http://" + l.Addr().String()
		target.Store(&url)
		if got, err := askS3(t.Context(), p, "SELECT sum(n)::BIGINT FROM t", view); err == nil {
			t.Errorf("read %s by way of %s", got, address)
		}
		other.Close()
		<-served
		close(heard)
		if (len(heard) > 0) != reached {
			t.Errorf("%s heard %d requests", address, len(heard))
		}
		for key := range heard {
			if key != "" {
				t.Errorf("%s heard the key: %s", address, key)
			}
		}
	}
}

// s3TLSIsChecked: over https the endpoint must have a certificate that the given
// authorities vouch for.
func s3TLSIsChecked(t *testing.T, b *bucket) {
	view := b.put("datasets/1.parquet", rowsOf(t, newTestPool(t, testConfig(t)), 10))
	target, err := url.Parse(b.s3.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // which is signed
	}})
	defer front.Close()
	config := b.config(front.URL)
	config.S3.Certificates = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	if err := os.WriteFile(config.S3.Certificates, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := askS3(t.Context(), newTestPool(t, config), "SELECT sum(n)::BIGINT FROM t", view); got != "33" || err != nil {
		t.Errorf("with the right authority: %s, %v", got, err)
	}
	if err := os.WriteFile(config.S3.Certificates, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other := b.config(front.URL)
	other.S3.Certificates = config.S3.Certificates
	if got, err := askS3(t.Context(), newTestPool(t, other), "SELECT sum(n)::BIGINT FROM t", view); !errors.Is(err, ErrUnreachable) {
		t.Errorf("without it: %s, %v", got, err)
	}
}
