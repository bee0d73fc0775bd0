package queryd

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// TestWaysToABucketInS3: which one a queryd takes depends on what it has, and one that
// may take no other says what is missing.
func TestWaysToABucketInS3(t *testing.T) {
	l := newS3Lake(t)
	l.write("numbers", catalog.Replace, "n: 1", "SELECT i AS n FROM range(7) t(i)")
	right := l.secrets.S3["primary"]
	extension := testbed.HTTPFS(t)
	forged := filepath.Join(t.TempDir(), "httpfs.duckdb_extension")
	forge(t, extension, forged)
	wrong := right
	wrong.SecretAccessKey = service.NewSecret("no-such-key")
	withRead := wrong
	withRead.Read = &service.S3Read{AccessKeyID: right.AccessKeyID, SecretAccessKey: right.SecretAccessKey}
	noKey := right
	noKey.Read = &service.S3Read{AccessKeyID: right.AccessKeyID}
	elsewhere := right
	elsewhere.Endpoint = "http://127.0.0.9:9000"
	for name, c := range map[string]struct {
		access, httpfs string
		secret         *service.S3
		cached         bool   // the objects come through the cache
		refused        string // what the answer says instead
	}{
		"straight":                   {accessAuto, extension, &right, false, ""},
		"with the key for reading":   {accessS3, extension, &withRead, false, ""},
		"no key":                     {accessAuto, extension, nil, true, ""},
		"another endpoint":           {accessAuto, extension, &elsewhere, true, ""},
		"forged":                     {accessAuto, forged, &right, true, ""},
		"s3 alone, no key":           {accessS3, extension, nil, false, "[s3.primary.read]"},
		"s3 alone, another endpoint": {accessS3, extension, &elsewhere, false, "127.0.0.9"},
		"s3 alone, half a key":       {accessS3, extension, &noKey, false, "[s3.primary.read] lacks"},
		"wrong key":                  {accessS3, extension, &wrong, false, "refuses the key"},
		"local alone":                {accessLocal, extension, &right, false, `"auto"`},
	} {
		t.Run(name, func(t *testing.T) {
			config := small()
			config.MaxConcurrent, config.Access, config.HTTPFS = 1, c.access, c.httpfs
			secrets := service.Secrets{}
			if c.secret != nil {
				secrets.S3 = map[string]service.S3{"primary": *c.secret}
			}
			d := startWith(t, t.TempDir(), config, l.peers, secrets)
			a := d.sql("SELECT max(n) FROM numbers")
			if c.refused == "" {
				if got := a.rows(t); got != "[[6]]" {
					t.Errorf("got %s", got)
				}
			} else if a.status != http.StatusServiceUnavailable || !strings.Contains(a.problem(t).Detail, c.refused) {
				t.Errorf("%d %s, want a 503 that says %s", a.status, a.body, c.refused)
			}
			if got := strings.Contains(d.metrics(), "lakehouse_queryd_object_cache_misses_total 1"); got != c.cached {
				t.Errorf("through the cache: %v", got)
			}
			for _, key := range []string{right.SecretAccessKey.Reveal(), wrong.SecretAccessKey.Reveal()} {
				if strings.Contains(d.log.String()+a.body, key) {
					t.Error("a key is in the log or in the answer")
				}
			}
		})
	}
}

// forge writes a copy of an extension whose code is not what was signed.
func forge(t *testing.T, from, to string) {
	t.Helper()
	code, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	code[len(code)/2] ^= 1
	if err := os.WriteFile(to, code, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAccessS3NeedsTheExtensionToStart(t *testing.T) {
	env := testbed.NewEnv(t, "queryd")
	c := small()
	c.Access, c.HTTPFS = accessS3, filepath.Join(t.TempDir(), "httpfs.duckdb_extension")
	if err := os.WriteFile(c.HTTPFS, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), env, c); err == nil || !strings.Contains(err.Error(), "pip install") {
		t.Errorf("got %v, want the remedy", err)
	}
}

// TestAMissingObjectInS3IsNoFaultOfTheStatement, nor anything that an answer names.
func TestAMissingObjectInS3IsNoFaultOfTheStatement(t *testing.T) {
	l := newS3Lake(t)
	l.write("numbers", catalog.Replace, "n: 1", "SELECT i AS n FROM range(7) t(i)")
	c := small()
	c.Access = accessS3
	d := l.query(t, c)
	if got := d.sql("SELECT max(n) FROM numbers").rows(t); got != "[[6]]" {
		t.Fatal(got)
	}
	d.view("hr.most", "SELECT max(n) AS n FROM numbers")
	if got := d.sql("FROM hr.most").rows(t); got != "[[6]]" {
		t.Errorf("through a view: %s", got)
	}
	manifest, err := l.catalog.Manifest(t.Context(), "numbers", 0)
	if err != nil {
		t.Fatal(err)
	}
	key := manifest.Objects[0].Key
	if err := l.storage.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	again := l.query(t, c)
	if p := again.sql("SELECT max(n) FROM numbers").expect(t, query.ErrDamaged); strings.Contains(p.Detail, key) {
		t.Errorf("the answer names it: %s", p.Detail)
	}
	again.sql("FROM hr.most").expect(t, query.ErrDamaged)
	again.logged(key)
	again.stillServes()
}
