package storaged_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// withReserve starts storaged on a data folder, keeping so many bytes of its disk.
func withReserve(t *testing.T, data string, reserve int64) (*subject, storage.Bucket) {
	t.Helper()
	env := testbed.NewEnv(t, "storaged")
	env.Fleet.Data = data
	c := storaged.Defaults()
	c.ReserveBytes = reserve
	s := &subject{Client: testbed.StartStoragedWith(t, env, c)}
	buckets, err := s.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, buckets[0]
}

// unread is a body that must not be asked for.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was asked for")
	return 0, io.EOF
}

// TestTheReserveIsKept: below it users' writes are refused, before their body, and all
// that makes room goes on.
func TestTheReserveIsKept(t *testing.T) {
	s, bucket := withReserve(t, t.TempDir(), 1<<60) // no disk is as large
	if bucket.ReserveBytes == nil || *bucket.ReserveBytes != 1<<60 || bucket.FreeBytes == nil || *bucket.FreeBytes <= 0 {
		t.Errorf("the bucket is described as %+v", bucket)
	}
	r := s.do(t, "PUT", objectPath("x"), http.Header{"Expect": {"100-continue"}}, io.LimitReader(unread{t}, 10))
	r.wants(t, 507, "disk_reserve")
	if r.problem.Fields["reserve_bytes"] == nil || r.problem.Fields["free_bytes"] == nil || !strings.Contains(r.problem.Detail, "reserve_bytes") {
		t.Errorf("no remedy: %s", r.body)
	}
	for key, size := range map[string]int64{"x": 10, "y": -1, "datasets/1/data/y.parquet": 10} {
		if _, _, err := s.Put(t.Context(), key, bytes.NewReader(make([]byte, 10)), size, storage.Condition{}); !errors.Is(err, storage.ErrDiskReserve) {
			t.Errorf("%s of %d bytes: %v", key, size, err)
		}
	}
	cleanup := storage.IntoReserve(t.Context())
	if _, _, err := s.Put(cleanup, "catalog/default/x.json", strings.NewReader("{}"), 2, storage.Condition{}); err != nil {
		t.Errorf("a daemon's clean-up: %v", err)
	}
	for what, err := range map[string]error{
		"a user's key":    put(s, cleanup, "x", 2),
		"no known size":   put(s, cleanup, "catalog/default/x.json", -1),
		"a large object":  put(s, cleanup, "datasets/1/data/y.parquet", storage.MaxReserveWrite+1),
		"without the say": put(s, t.Context(), "catalog/default/x.json", 2),
	} {
		if !errors.Is(err, storage.ErrDiskReserve) {
			t.Errorf("into the reserve went %s: %v", what, err)
		}
	}
	s.wantObject(t, "catalog/default/x.json", []byte("{}"))
	if _, err := s.List(t.Context(), "", "", "", 0); err != nil {
		t.Errorf("list: %v", err)
	}
	if err := s.Delete(t.Context(), "catalog/default/x.json"); err != nil {
		t.Errorf("delete: %v", err)
	}
	s.do(t, "GET", "/ready", nil, nil).wants(t, 200, "")
	if metrics := string(s.do(t, "GET", "/metrics", nil, nil).body); !regexp.MustCompile(`lakehouse_storaged_refused_writes_total\{code="disk_reserve"\} [1-9]`).MatchString(metrics) ||
		!strings.Contains(metrics, `lakehouse_storaged_disk_reserve_bytes{bucket="lakehouse-go-primary"} 1.15`) {
		t.Errorf("/metrics does not tell: %s", metrics)
	}
}

func put(s *subject, ctx context.Context, key string, size int64) error {
	_, _, err := s.Put(ctx, key, io.LimitReader(zeros{}, max(size, 2)), size, storage.Condition{})
	return err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestAWriteStopsAtTheReserve: one whose size nobody knew, and leaves nothing; with
// room made the same bytes are stored.
func TestAWriteStopsAtTheReserve(t *testing.T) {
	data := t.TempDir()
	testbed.SmallDisk(t, data, 24<<20)
	s, bucket := withReserve(t, data, 8<<20)
	s.mustPut(t, "ballast", noise(1, 10<<20))
	body := noise(2, 8<<20)
	for range 2 {
		s.do(t, "PUT", objectPath("x"), nil, unsized{bytes.NewReader(body)}).wants(t, 507, "disk_reserve")
		s.do(t, "PUT", objectPath("x"), nil, bytes.NewReader(body)).wants(t, 507, "disk_reserve")
	}
	s.do(t, "GET", objectPath("x"), nil, nil).wants(t, 404, "object_not_found")
	if left, err := os.ReadDir(filepath.Join(bucket.Root, "%tmp")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	s.wantObject(t, "ballast", noise(1, 10<<20))
	if err := s.Delete(t.Context(), "ballast"); err != nil {
		t.Fatal(err)
	}
	s.do(t, "PUT", objectPath("x"), nil, unsized{bytes.NewReader(body)}).wants(t, 201, "")
	s.wantObject(t, "x", body)
}

// TestStoragedStartsOnAFullDisk, so that something can be deleted there.
func TestStoragedStartsOnAFullDisk(t *testing.T) {
	data := t.TempDir()
	testbed.SmallDisk(t, data, 2<<20)
	t.Run("before", func(t *testing.T) {
		s, _ := withReserve(t, data, 1)
		s.mustPut(t, "x", noise(1, 1<<20))
	})
	_ = os.WriteFile(filepath.Join(data, "ballast"), make([]byte, 2<<20), 0o600) // as far as it goes
	s, _ := withReserve(t, data, 1)
	s.wantObject(t, "x", noise(1, 1<<20))
	if err := s.Delete(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	s.mustPut(t, "y", noise(2, 1<<19))
}

// TestADiskThatIsFullAtTheLastStep: where there is room for the bytes and none for the
// file's place, the write is told, leaves nothing, and what was there stays; with room
// made it succeeds.
func TestADiskThatIsFullAtTheLastStep(t *testing.T) {
	data := t.TempDir()
	leave := testbed.FewFiles(t, data)
	s, bucket := withReserve(t, data, 1)
	s.mustPut(t, "there", noise(1, 100))
	const key = "catalog/of/it/x.json"
	fresh := storage.Condition{IfNoneMatch: true}
	write := func(body string, only storage.Condition) (storage.Stored, error) {
		o, _, err := s.Put(t.Context(), key, strings.NewReader(body), int64(len(body)), only)
		return o, err
	}
	for room := range 4 { // its bytes and three folders take one each
		leave(room)
		if _, err := write("{}", fresh); !errors.Is(err, storage.ErrStorageFull) {
			t.Fatalf("with room for %d: %v", room, err)
		}
		s.do(t, "GET", objectPath(key), nil, nil).wants(t, 404, "object_not_found")
		var names []string
		_ = filepath.WalkDir(bucket.Root, func(path string, entry os.DirEntry, err error) error {
			if name := entry.Name(); path != bucket.Root && !strings.HasPrefix(name, "%") {
				names = append(names, path)
			}
			return err
		})
		if len(names) != 1 {
			t.Errorf("with room for %d it left %q", room, names)
		}
	}
	leave(4)
	made, err := write("{}", fresh)
	if err != nil {
		t.Fatal(err)
	}
	upon := storage.Condition{IfMatch: made.ETag}
	leave(0)
	if _, err := write(`{"next":1}`, upon); !errors.Is(err, storage.ErrStorageFull) {
		t.Errorf("over the pointer: %v", err)
	}
	s.wantObject(t, key, []byte("{}"))
	leave(1)
	if _, err := write(`{"next":1}`, upon); err != nil {
		t.Errorf("over the pointer, with room made: %v", err)
	}
	s.wantObject(t, key, []byte(`{"next":1}`))
}
