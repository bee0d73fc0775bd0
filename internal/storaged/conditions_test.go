package storaged_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

func conditionalWrites(t *testing.T, s *subject) {
	k := key(t, "x")
	put := func(body string, cond storage.Condition) (storage.Stored, bool, error) {
		return s.Put(t.Context(), k, strings.NewReader(body), int64(len(body)), cond)
	}
	if _, _, err := put("nothing there", storage.Condition{IfMatch: `"0"`}); !errors.Is(err, storage.ErrPreconditionFailed) {
		t.Fatalf("If-Match where no object is: %v", err)
	}
	s.wantNoObject(t, k)
	first, created, err := put("first", storage.Condition{IfNoneMatch: true})
	if err != nil || !created {
		t.Fatalf("If-None-Match where no object is: created %t, %v", created, err)
	}
	if _, _, err := put("again", storage.Condition{IfNoneMatch: true}); !errors.Is(err, storage.ErrPreconditionFailed) {
		t.Fatalf("If-None-Match over an object: %v", err)
	}
	second, created, err := put("second", storage.Condition{IfMatch: first.ETag})
	if err != nil || created {
		t.Fatalf("If-Match with the object's ETag: created %t, %v", created, err)
	}
	if _, _, err := put("late", storage.Condition{IfMatch: first.ETag}); !errors.Is(err, storage.ErrPreconditionFailed) {
		t.Fatalf("If-Match with an older ETag: %v", err)
	}
	if object := s.wantObject(t, k, []byte("second")); object.ETag != second.ETag {
		t.Fatalf("the ETag is %s, the PUT said %s", object.ETag, second.ETag)
	}
	// In chunks, in parts, and over the size that is held in memory.
	for _, size := range []int{100, 64 << 10, 300 << 10, 9 << 20} {
		for _, length := range []int64{-1, int64(size)} {
			body := bytes.NewReader(noise(3, size))
			if _, _, err := s.Put(t.Context(), k, unsized{body}, length, storage.Condition{IfNoneMatch: true}); !errors.Is(err, storage.ErrPreconditionFailed) {
				t.Fatalf("If-None-Match, %d bytes, length %d: %v", size, length, err)
			}
			body = bytes.NewReader(noise(3, size))
			if _, _, err := s.Put(t.Context(), k, unsized{body}, length, storage.Condition{IfMatch: first.ETag}); !errors.Is(err, storage.ErrPreconditionFailed) {
				t.Fatalf("If-Match, %d bytes, length %d: %v", size, length, err)
			}
		}
	}
	s.wantObject(t, k, []byte("second"))
}

// oneCreator: of twelve who create one key at once, one succeeds, and the object is
// that one's.
func oneCreator(t *testing.T, s *subject) { s.race(t, 12, 1000, 1000) }

func oneCreatorInParts(t *testing.T, s *subject) { s.race(t, 3, 9<<20, -1) }

func (s *subject) race(t *testing.T, writers, size int, length int64) {
	t.Helper()
	k := key(t, "contested")
	var wins atomic.Int32
	var winner atomic.Int32
	start := make(chan struct{})
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			<-start
			_, _, err := s.Put(t.Context(), k, unsized{bytes.NewReader(noise(uint64(w), size))}, length, storage.Condition{IfNoneMatch: true})
			switch {
			case err == nil:
				wins.Add(1)
				winner.Store(int32(w))
			case !errors.Is(err, storage.ErrPreconditionFailed):
				t.Errorf("writer %d: %v", w, err)
			}
		})
	}
	close(start)
	group.Wait()
	if wins.Load() != 1 {
		t.Fatalf("%d of %d writers created the object", wins.Load(), writers)
	}
	s.wantObject(t, k, noise(uint64(winner.Load()), size))
}

// compareAndSwap: a counter that many increment loses no increment.
func compareAndSwap(t *testing.T, s *subject) {
	const workers, each = 8, 6
	k := key(t, "counter")
	s.mustPut(t, k, []byte("0"))
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range each {
				if err := s.increment(t, k); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	s.wantObject(t, k, []byte(strconv.Itoa(workers*each)))
}

func (s *subject) increment(t *testing.T, k string) error {
	for {
		b, object, err := s.fetch(t, k)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(string(b))
		if err != nil {
			return err
		}
		next := strconv.Itoa(n + 1)
		_, _, err = s.Put(t.Context(), k, strings.NewReader(next), int64(len(next)), storage.Condition{IfMatch: object.ETag})
		if !errors.Is(err, storage.ErrPreconditionFailed) {
			return err
		}
	}
}

// unsupportedConditions: a condition that cannot be kept is refused, never
// ignored.
func unsupportedConditions(t *testing.T, s *subject) {
	path := objectPath(key(t, "x"))
	for name, value := range map[string]string{
		"If-Unmodified-Since": "Mon, 02 Jan 2006 15:04:05 GMT", "If-None-Match": `"an-etag"`, "If-Match": `W/"weak"`, "Content-Range": "bytes 0-1/2",
	} {
		s.do(t, "PUT", path, http.Header{name: {value}}, strings.NewReader("x")).wants(t, 400, "not_supported")
	}
	s.do(t, "PUT", path, http.Header{"If-Match": {"*"}}, strings.NewReader("x")).wants(t, 400, "not_supported")
	s.do(t, "PUT", path, http.Header{"If-Match": {`"a", "b"`}}, strings.NewReader("x")).wants(t, 400, "not_supported")
	s.do(t, "PUT", path, http.Header{"If-Match": {`"a"`}, "If-None-Match": {"*"}}, strings.NewReader("x")).wants(t, 400, "bad_request")
	s.do(t, "PUT", path, http.Header{"If-Unmodified-Since": {""}}, strings.NewReader("x")).wants(t, 400, "not_supported")
	s.do(t, "DELETE", path, http.Header{"If-Unmodified-Since": {""}}, nil).wants(t, 400, "not_supported")
	s.wantNoObject(t, key(t, "x"))
}

// emptyConditions: a condition without a value is refused. A client whose
// variable was empty meant one, and must not write, or read, as if it had not.
func emptyConditions(t *testing.T, s *subject) {
	k := key(t, "x")
	s.mustPut(t, k, []byte("before"))
	for _, name := range []string{"If-Match", "If-None-Match", "If-Range"} {
		for _, value := range []string{"", " \t"} {
			for _, method := range []string{"PUT", "GET", "HEAD", "DELETE"} {
				var body io.Reader
				if method == "PUT" {
					body = strings.NewReader("after")
				}
				r := s.do(t, method, objectPath(k), http.Header{name: {value}}, body)
				if r.status != 400 || method != "HEAD" && (codeOf(r) != "bad_request" || !strings.Contains(r.problem.Detail, name)) {
					t.Errorf("%s with an empty %s: %d %q (%s)", method, name, r.status, codeOf(r), r.problem.Detail)
				}
			}
		}
	}
	s.wantObject(t, k, []byte("before"))
}

func ranges(t *testing.T, s *subject) {
	body := noise(7, 1000)
	path := objectPath(key(t, "x"))
	s.do(t, "PUT", path, nil, bytes.NewReader(body)).wants(t, 201, "")
	s.do(t, "PUT", objectPath(key(t, "empty")), nil, http.NoBody).wants(t, 201, "")
	for _, c := range []struct {
		header   string
		from, to int // of a 206
		status   int
	}{
		{"bytes=0-0", 0, 1, 206}, {"bytes=10-19", 10, 20, 206}, {"bytes=990-", 990, 1000, 206}, {"bytes=-10", 990, 1000, 206},
		{"bytes=0-", 0, 1000, 206}, {"bytes=0-999", 0, 1000, 206}, {"bytes=0-99999", 0, 1000, 206}, {"bytes=-99999", 0, 1000, 206},
		{"bytes=999-999", 999, 1000, 206}, {"bytes=1000-", 0, 0, 416}, {"bytes=1000-2000", 0, 0, 416}, {"bytes=-0", 0, 0, 416},
		{"bytes=20-10", 0, 0, 200}, {"bytes=a-b", 0, 0, 200}, {"bytes=", 0, 0, 200}, {"bytes=-", 0, 0, 200}, {"items=0-1", 0, 0, 200},
		{"bytes=0-1,5-6", 0, 0, 200}, {"bytes=0-18446744073709551616", 0, 0, 200}, {"bytes=--1", 0, 0, 200},
	} {
		r := s.do(t, "GET", path, http.Header{"Range": {c.header}}, nil)
		switch {
		case r.status != c.status:
			t.Errorf("%s: status %d, want %d", c.header, r.status, c.status)
		case c.status == 200 && !bytes.Equal(r.body, body):
			t.Errorf("%s: %d bytes, want the whole object", c.header, len(r.body))
		case c.status == 206 && !bytes.Equal(r.body, body[c.from:c.to]):
			t.Errorf("%s: %d bytes that are not %d to %d", c.header, len(r.body), c.from, c.to)
		case c.status == 206 && r.header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/1000", c.from, c.to-1):
			t.Errorf("%s: Content-Range %q", c.header, r.header.Get("Content-Range"))
		case c.status == 416 && codeOf(r) != "range_not_satisfiable":
			t.Errorf("%s: code %q", c.header, codeOf(r))
		}
	}
	s.do(t, "GET", objectPath(key(t, "empty")), http.Header{"Range": {"bytes=0-"}}, nil).wants(t, 416, "range_not_satisfiable")
	if r := s.do(t, "HEAD", path, http.Header{"Range": {"bytes=0-9"}}, nil); r.status != 200 || r.header.Get("Content-Length") != "1000" {
		t.Errorf("HEAD with a range: %d, %s bytes", r.status, r.header.Get("Content-Length"))
	}
	rc, object, err := s.Get(t.Context(), key(t, "x"), storage.Range{Offset: 5, Length: 7})
	if err != nil || object.Size != 1000 {
		t.Fatalf("the client's range: %+v, %v", object, err)
	}
	rc.Close()
}

func readPreconditions(t *testing.T, s *subject) {
	path := objectPath(key(t, "x"))
	etag := s.do(t, "PUT", path, nil, strings.NewReader("0123456789")).header.Get("ETag")
	past, future := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		header http.Header
		status int
		body   string
	}{
		{http.Header{"If-None-Match": {etag}}, 304, ""},
		{http.Header{"If-None-Match": {"W/" + etag}}, 304, ""},
		{http.Header{"If-None-Match": {`"other", ` + etag}}, 304, ""},
		{http.Header{"If-None-Match": {"*"}}, 304, ""},
		{http.Header{"If-None-Match": {`"other"`}}, 200, "0123456789"},
		{http.Header{"If-None-Match": {`"other"`}, "If-Modified-Since": {future}}, 200, "0123456789"},
		{http.Header{"If-Match": {etag}}, 200, "0123456789"},
		{http.Header{"If-Match": {"*"}}, 200, "0123456789"},
		{http.Header{"If-Match": {`"other"`}}, 412, ""},
		{http.Header{"If-Match": {"W/" + etag}}, 412, ""},
		{http.Header{"If-Modified-Since": {future}}, 304, ""},
		{http.Header{"If-Modified-Since": {past}}, 200, "0123456789"},
		{http.Header{"If-Modified-Since": {"yesterday"}}, 200, "0123456789"},
		{http.Header{"If-Unmodified-Since": {past}}, 412, ""},
		{http.Header{"If-Unmodified-Since": {future}}, 200, "0123456789"},
		{http.Header{"If-Range": {etag}, "Range": {"bytes=2-3"}}, 206, "23"},
		{http.Header{"If-Range": {`"other"`}, "Range": {"bytes=2-3"}}, 200, "0123456789"},
		{http.Header{"If-Range": {future}, "Range": {"bytes=2-3"}}, 200, "0123456789"},
		{http.Header{"If-Match": {etag}, "Range": {"bytes=2-3"}}, 206, "23"},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			r := s.do(t, method, path, c.header, nil)
			want := c.status
			if method == "HEAD" && want == 206 {
				want = 200
			}
			if r.status != want || method == "GET" && want < 300 && string(r.body) != c.body {
				t.Errorf("%s %v: %d %q, want %d %q", method, c.header, r.status, r.body, want, c.body)
			}
			if want == 304 && (len(r.body) > 0 || r.header.Get("ETag") != etag) {
				t.Errorf("%s %v: 304 with %q and ETag %s", method, c.header, r.body, r.header.Get("ETag"))
			}
		}
	}
	s.do(t, "GET", objectPath(key(t, "absent")), http.Header{"If-Match": {etag}}, nil).wants(t, 404, "object_not_found")
}
