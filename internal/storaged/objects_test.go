package storaged_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

func roundTrip(t *testing.T, s *subject) {
	for i, size := range []int{0, 1, 4096, 64 << 10, 64<<10 + 1, 1<<20 + 3, 5<<20 - 1, 5 << 20, 5<<20 + 1, 11 << 20} {
		for _, known := range []bool{true, false} {
			body := noise(uint64(i), size)
			k := key(t, fmt.Sprintf("%d-%t.bin", size, known))
			length := int64(size)
			if !known {
				length = -1
			}
			start := time.Now().Add(-time.Second)
			stored, created, err := s.Put(t.Context(), k, unsized{bytes.NewReader(body)}, length, storage.Condition{})
			if err != nil {
				t.Fatalf("put of %d bytes, length known %t: %v", size, known, err)
			}
			if !created || stored.Key != k || stored.Size != int64(size) || stored.ETag == "" {
				t.Fatalf("put of %d bytes, length known %t: created %t, %+v", size, known, created, stored)
			}
			object := s.wantObject(t, k, body)
			head, err := s.Head(t.Context(), k)
			if err != nil || head != object || head.ETag != stored.ETag || head.Size != int64(size) {
				t.Fatalf("head %+v, %v; get %+v; put %+v", head, err, object, stored)
			}
			if head.ModifiedAt.Before(start.Truncate(time.Second)) || head.ModifiedAt.After(time.Now().Add(time.Second)) {
				t.Fatalf("modified at %s, stored at %s", head.ModifiedAt, start)
			}
		}
	}
}

func replaceObject(t *testing.T, s *subject) {
	path := objectPath(key(t, "x"))
	first := s.do(t, "PUT", path, nil, strings.NewReader("one"))
	first.wants(t, 201, "")
	second := s.do(t, "PUT", path, nil, strings.NewReader("two!"))
	second.wants(t, 200, "")
	if a, b := first.header.Get("ETag"), second.header.Get("ETag"); a == b || a == "" || b == "" {
		t.Fatalf("the ETags of two versions are %q and %q", a, b)
	}
	got := s.do(t, "GET", path, nil, nil)
	if string(got.body) != "two!" || got.header.Get("ETag") != second.header.Get("ETag") || got.header.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("got %q with %v", got.body, got.header)
	}
	if got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("a browser could run this: %v", got.header)
	}
}

func deleteObject(t *testing.T, s *subject) {
	path := objectPath(key(t, "deep/er/x"))
	s.do(t, "DELETE", path, nil, nil).wants(t, 204, "")
	s.do(t, "PUT", path, nil, strings.NewReader("x")).wants(t, 201, "")
	s.do(t, "DELETE", path, nil, nil).wants(t, 204, "")
	s.do(t, "GET", path, nil, nil).wants(t, 404, "object_not_found")
	s.do(t, "HEAD", path, nil, nil).wants(t, 404, "")
	s.do(t, "DELETE", path, nil, nil).wants(t, 204, "")
	s.do(t, "PUT", path, nil, strings.NewReader("y")).wants(t, 201, "")
	s.wantObject(t, key(t, "deep/er/x"), []byte("y"))
	s.do(t, "DELETE", path, http.Header{"If-Match": {`"x"`}}, nil).wants(t, 400, "not_supported")
	s.wantObject(t, key(t, "deep/er/x"), []byte("y"))
}

// goodKeys: what is a key is stored, read, listed and removed under that key.
func goodKeys(t *testing.T, s *subject) {
	base := key(t, "")
	keys := []string{
		"plain.txt", "no-extension", "sp ace+plus&amp;'\"?#[]{}|\\^~`!@$*(),;=<>:.txt", "per%cent", "%2F", "%25%32%46.x", "über/Ärger/日本語.parquet",
		"emoji-😀", "...", "..a/.b", ".hidden", "UPPER/upper", "x.json/y.json", "x/y", strings.Repeat("s/", 100) + "deep",
		padded(base, 1024), "nbsp-\u00a0-zwj-\u200d", "re\u0301sume\u0301", "r\u00e9sum\u00e9",
	}
	if s.longSegments {
		keys = append(keys, strings.Repeat("l", 255), strings.Repeat("m", 256), strings.Repeat("%", 700), strings.Repeat("ü", 300)+"/"+strings.Repeat("x", 260)+".parquet")
	}
	if s.besideFolder {
		keys = append(keys, "a", "a/b", "a/b/c", "a-b", "a.b", "a.b/c", "a.b/c.d")
	}
	stored := map[string]bool{}
	for i, name := range keys {
		k := name
		if !strings.HasPrefix(name, base) {
			k = base + name
		}
		body := noise(uint64(i), 10+i)
		s.mustPut(t, k, body)
		s.wantObject(t, k, body)
		stored[k] = true
	}
	escaped := s.do(t, "GET", objectPath(strings.ReplaceAll(url.PathEscape(base+"x/y"), "/", "%2F")), nil, nil)
	escaped.wants(t, 200, "")
	s.do(t, "GET", objectPath(base+"%252F"), nil, nil).wants(t, 200, "")
	page, err := s.List(t.Context(), base, "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range page.Objects {
		if !stored[o.Key] {
			t.Errorf("listed %q, which was not stored", o.Key)
		}
		delete(stored, o.Key)
	}
	for k := range stored {
		t.Errorf("not listed: %q", k)
	}
	for _, o := range page.Objects {
		if err := s.Delete(t.Context(), o.Key); err != nil {
			t.Errorf("delete %q: %v", o.Key, err)
		}
		s.wantNoObject(t, o.Key)
	}
}

// padded gives a key of exactly this many bytes, in segments of at most 200.
func padded(base string, size int) string {
	for len(base) < size {
		base += strings.Repeat("p", min(200, size-len(base)))
		if size-len(base) > 1 {
			base += "/"
		}
	}
	return base
}

func badKeys(t *testing.T, s *subject) {
	for name, path := range map[string]string{
		"empty":             "",
		"traversal":         "../../etc/passwd",
		"escaped traversal": "%2e%2e/%2E%2E/etc/passwd",
		"slash escaped":     "..%2f..%2fetc%2fpasswd",
		"inner traversal":   "a/../b",
		"dot":               "a/./b",
		"doubled slash":     "a//b",
		"leading slash":     "/a",
		"trailing slash":    "a/",
		"NUL":               "a%00b",
		"newline":           "a%0Ab",
		"delete":            "a%7F",
		"C1 control":        "a%C2%85",
		"not UTF-8":         "a%FFb",
		"1,025 bytes":       padded("", 1025),
		"1,025 escaped":     strings.Repeat("%61", 1025),
	} {
		for _, method := range []string{"PUT", "GET", "DELETE"} {
			r := s.do(t, method, objectPath(path), nil, nil)
			if r.status != 400 || codeOf(r) != "bad_key" {
				t.Errorf("%s with %s: %d %q, want 400 bad_key", method, name, r.status, codeOf(r))
			}
		}
	}
}

func contentDigest(t *testing.T, s *subject) {
	const (
		right = "sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:" // of "hello world"
		wrong = "sha-256=:AAAAuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:"
	)
	for _, c := range []struct {
		digest, body string
		status       int
	}{
		{right, "hello world", 201}, {wrong, "hello world", 400}, {"md5=:AAAA:, " + right, "hello world", 201},
		{"unixsum=:AAA=:", "hello world", 201}, {"sha-256=nonsense", "hello world", 400}, {"sha-512=:AAAA:", "hello world", 400},
		{right, "hello worlD", 400}, {right, "", 400}, {"sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", "", 201},
	} {
		for _, known := range []bool{true, false} {
			k := key(t, "x")
			var body = http.NoBody
			request := func() reply {
				if c.body == "" {
					return s.do(t, "PUT", objectPath(k), http.Header{"Content-Digest": {c.digest}}, body)
				}
				if known {
					return s.do(t, "PUT", objectPath(k), http.Header{"Content-Digest": {c.digest}}, strings.NewReader(c.body))
				}
				return s.do(t, "PUT", objectPath(k), http.Header{"Content-Digest": {c.digest}}, unsized{strings.NewReader(c.body)})
			}
			r := request()
			if r.status != c.status || c.status == 400 && codeOf(r) != "bad_digest" {
				t.Fatalf("%q over %q: %d %q, want %d", c.digest, c.body, r.status, codeOf(r), c.status)
			}
			if c.status == 400 {
				s.wantNoObject(t, k)
			}
			if err := s.Delete(t.Context(), k); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.wrongDigestOfLarge(t)
}

// wrongDigestOfLarge: also what streams through to S3 is judged before it is an
// object.
func (s *subject) wrongDigestOfLarge(t *testing.T) {
	t.Helper()
	k := key(t, "large")
	before := s.mustPut(t, k, []byte("before"))
	r := s.do(t, "PUT", objectPath(k), http.Header{"Content-Digest": {"sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:"}}, bytes.NewReader(noise(1, 3<<20)))
	r.wants(t, 400, "bad_digest")
	if object := s.wantObject(t, k, []byte("before")); object.ETag != before.ETag {
		t.Fatalf("the object's ETag is %s, was %s", object.ETag, before.ETag)
	}
}

func buckets(t *testing.T, s *subject) {
	all, err := s.Buckets(t.Context())
	if err != nil || len(all) != 1 || !all[0].Default || all[0].Backend != s.config.Backend {
		t.Fatalf("buckets %+v, %v", all, err)
	}
	s.mustPut(t, key(t, "x"), []byte("x"))
	named := *s.Client
	named.Bucket = all[0].Name
	if _, err := named.Head(t.Context(), key(t, "x")); err != nil {
		t.Fatalf("under its bucket's name: %v", err)
	}
	named.Bucket = "nowhere"
	if _, err := named.List(t.Context(), "", "", "", 0); !errors.Is(err, storage.ErrBucketNotFound) {
		t.Fatalf("list of an unknown bucket: %v", err)
	}
	if _, _, err := named.Put(t.Context(), "x", strings.NewReader("x"), 1, storage.Condition{}); !errors.Is(err, storage.ErrBucketNotFound) {
		t.Fatalf("put into an unknown bucket: %v", err)
	}
	s.do(t, "GET", "/storage/objects?buckt=x", nil, nil).wants(t, 400, "unknown_parameter")
}

func metricsShow(t *testing.T, s *subject) {
	text := string(s.do(t, "GET", "/metrics", nil, nil).body)
	for _, want := range []string{
		"lakehouse_storaged_received_bytes_total", "lakehouse_storaged_sent_bytes_total",
		`lakehouse_storaged_refused_writes_total{code="object_too_large"}`, `lakehouse_storaged_refused_writes_total{code="too_many_writes"}`,
		fmt.Sprintf(`lakehouse_storaged_backend_duration_seconds_count{backend=%q,operation="put"}`, s.config.Backend),
	} {
		if !regexp.MustCompile(regexp.QuoteMeta(want) + " [1-9]").MatchString(text) {
			t.Errorf("/metrics does not count %s", want)
		}
	}
}
