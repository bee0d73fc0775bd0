package storaged_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// subject is a storaged under test: its typed client, and below it plain HTTP.
type subject struct {
	*storage.Client
	config       storaged.Config
	longSegments bool // keys may have segments over 255 bytes
	besideFolder bool // `a` may be an object beside `a/b`
	readersBlock bool // a reader that stands still keeps writers of its key waiting
}

// reply is an answer, read to its end.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	problem wire.Problem // of an error
}

// do sends a request to a path as it is written.
func (s *subject) do(t *testing.T, method, path string, header http.Header, body io.Reader) reply {
	t.Helper()
	r, err := s.try(method, path, header, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *subject) try(method, path string, header http.Header, body io.Reader) (reply, error) {
	req, err := http.NewRequest(method, s.Base+path, body)
	if err != nil {
		return reply{}, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := s.HTTP.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode, header: resp.Header}
	if r.body, err = io.ReadAll(resp.Body); err != nil {
		return r, err
	}
	if r.status >= 400 && method != http.MethodHead {
		if err := json.Unmarshal(r.body, &r.problem); err != nil {
			return r, fmt.Errorf("%s %s answered %d with no problem: %q", method, path, r.status, r.body)
		}
	}
	return r, nil
}

// wants fails the test unless the reply has this status and code ("": any).
func (r reply) wants(t *testing.T, status int, code string) {
	t.Helper()
	if got := codeOf(r); r.status != status || got != code {
		t.Fatalf("answer %d %q (%s), want %d %q", r.status, got, r.problem.Detail, status, code)
	}
}

func codeOf(r reply) string {
	if r.problem.Kind == nil {
		return ""
	}
	return r.problem.Kind.Code
}

func objectPath(key string) string { return "/storage/objects/" + key }

// key gives a key of this test alone.
func key(t *testing.T, name string) string {
	_, test, _ := strings.Cut(t.Name(), "/")
	return strings.ReplaceAll(test, "#", "-") + "/" + name
}

func (s *subject) mustPut(t *testing.T, key string, body []byte) storage.Stored {
	t.Helper()
	stored, _, err := s.Put(t.Context(), key, bytes.NewReader(body), int64(len(body)), storage.Condition{})
	if err != nil {
		t.Fatalf("put %q: %v", key, err)
	}
	return stored
}

// wantObject fails the test unless the object has these bytes.
func (s *subject) wantObject(t *testing.T, key string, want []byte) storage.Object {
	t.Helper()
	got, object, err := s.fetch(t, key)
	if err != nil {
		t.Fatalf("get %q: %v", key, err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("object %q has %d bytes that are not the %d stored", key, len(got), len(want))
	}
	return object
}

func (s *subject) fetch(t *testing.T, key string) ([]byte, storage.Object, error) {
	t.Helper()
	body, object, err := s.Get(t.Context(), key, storage.Range{})
	if err != nil {
		return nil, object, err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	return b, object, err
}

func (s *subject) wantNoObject(t *testing.T, key string) {
	t.Helper()
	if _, _, err := s.fetch(t, key); !errors.Is(err, storage.ErrObjectNotFound) {
		t.Fatalf("get %q: %v, want object_not_found", key, err)
	}
}

// noise gives bytes of which no 64 KiB are like another; the same seed gives the same bytes.
func noise(seed uint64, size int) []byte {
	const block = 64 << 10
	b := make([]byte, size)
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	first := b[:min(size, block)]
	_, _ = rand.NewChaCha8(key).Read(first) // never fails
	for at := block; at < size; at += block {
		if n := copy(b[at:], first); n >= 8 {
			binary.BigEndian.PutUint64(b[at:], uint64(at)) // so that no two are alike
		}
	}
	return b
}

// unsized hides a reader's length, so that it is sent in chunks.
type unsized struct{ io.Reader }
