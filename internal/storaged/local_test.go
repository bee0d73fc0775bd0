package storaged_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// open starts storaged on a data folder and returns it with its bucket's folder.
func open(t *testing.T, data string) (*subject, storage.Bucket) {
	t.Helper()
	env := testbed.NewEnv(t, "storaged")
	env.Fleet.Data = data
	s := &subject{Client: testbed.StartStoragedWith(t, env, storaged.Defaults())}
	buckets, err := s.Buckets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, buckets[0]
}

// TestReadInPlace: a reader on the same box finds an object's bytes by
// storage.LocalPath, and the folder's identity.
func TestReadInPlace(t *testing.T) {
	s, bucket := open(t, t.TempDir())
	for _, k := range []string{"datasets/0198/data/7f.parquet", "a", "a/b", strings.Repeat("x", 300)} {
		body := noise(uint64(len(k)), 100)
		s.mustPut(t, k, body)
		got, err := os.ReadFile(storage.LocalPath(bucket.Root, k))
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("the file of %q: %d bytes, %v", k, len(got), err)
		}
	}
	if _, err := os.Stat(filepath.Join(bucket.Root, "datasets", "0198", "data", "7f.parquet")); err != nil {
		t.Errorf("a data file is not at its key's path: %v", err)
	}
	instance, err := os.ReadFile(filepath.Join(bucket.Root, storage.InstanceFile))
	if err != nil || string(instance) != bucket.Instance || bucket.Instance == "" {
		t.Errorf("the instance file holds %q, the bucket says %q, %v", instance, bucket.Instance, err)
	}
	info, err := os.Stat(storage.LocalPath(bucket.Root, "a"))
	if err != nil || info.Mode().Perm()&0o007 != 0 {
		t.Errorf("others may reach the objects: %v, %v", info.Mode(), err)
	}
}

// TestFolderHasOneOwner: a second storaged on the folder is refused and told
// whose it is.
func TestFolderHasOneOwner(t *testing.T) {
	data := t.TempDir()
	_, bucket := open(t, data)
	env := testbed.NewEnv(t, "storaged")
	env.Fleet.Data = data
	_, err := storaged.New(t.Context(), env, storaged.Defaults())
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) || !strings.Contains(err.Error(), bucket.Root) {
		t.Fatalf("a second owner: %v", err)
	}
}

// TestRestart: objects, ETags and the instance survive a restart, what
// interrupted writes left does not; and a copy that keeps times is the same.
func TestRestart(t *testing.T) {
	data := t.TempDir()
	var before storage.Object
	var first storage.Bucket
	t.Run("before", func(t *testing.T) {
		var s *subject
		s, first = open(t, data)
		s.mustPut(t, "x/y.bin", []byte("content"))
		before = s.wantObject(t, "x/y.bin", []byte("content"))
	})
	litter := filepath.Join(first.Root, "%tmp", "1")
	if err := os.WriteFile(litter, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	if out, err := exec.Command("cp", "-a", data+"/.", copied).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
	for name, folder := range map[string]string{"after": data, "copied": copied} {
		t.Run(name, func(t *testing.T) {
			s, bucket := open(t, folder)
			if after := s.wantObject(t, "x/y.bin", []byte("content")); after != before {
				t.Errorf("%+v, was %+v", after, before)
			}
			if bucket.Instance != first.Instance {
				t.Errorf("instance %q, was %q", bucket.Instance, first.Instance)
			}
			if _, err := os.Stat(filepath.Join(bucket.Root, "%tmp", "1")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a temporary file outlived the start: %v", err)
			}
		})
	}
}

// TestEveryVersionHasItsOwnETag: equal bytes in quick succession, an object from
// the future, as a clock that was set back leaves it, and a key made anew.
func TestEveryVersionHasItsOwnETag(t *testing.T) {
	s, bucket := open(t, t.TempDir())
	seen := map[string]bool{}
	add := func(etag string) {
		t.Helper()
		if seen[etag] {
			t.Fatalf("the ETag %s came twice", etag)
		}
		seen[etag] = true
	}
	for i := range 100 {
		if i%10 == 9 {
			if err := s.Delete(t.Context(), "x"); err != nil {
				t.Fatal(err)
			}
		}
		add(s.mustPut(t, "x", []byte("same")).ETag)
	}
	future := time.Now().Add(time.Hour)
	if err := os.Chtimes(storage.LocalPath(bucket.Root, "x"), future, future); err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	add(head.ETag)
	add(s.mustPut(t, "x", []byte("same")).ETag)
}

// TestFoldersComeAndGo: writers and removers meet in the same deep folders; what
// was acknowledged is there, and in the end no empty folder is left.
func TestFoldersComeAndGo(t *testing.T) {
	s, bucket := open(t, t.TempDir())
	var group sync.WaitGroup
	for w := range 6 {
		group.Go(func() {
			for i := range 30 {
				k := fmt.Sprintf("deep/%d/er/still/%d", i%2, w)
				s.mustPut(t, k, []byte(k))
				s.wantObject(t, k, []byte(k))
				if err := s.Delete(t.Context(), k); err != nil {
					t.Errorf("delete: %v", err)
				}
			}
		})
	}
	group.Wait()
	names, err := filepath.Glob(filepath.Join(bucket.Root, "*"))
	if err != nil || len(names) != 3 {
		t.Errorf("left in the folder: %q, %v", names, err)
	}
}

// TestForeignFiles: what is no object of storaged's is not listed and does not
// disturb.
func TestForeignFiles(t *testing.T) {
	s, bucket := open(t, t.TempDir())
	s.mustPut(t, "b/x.txt", []byte("x"))
	for _, name := range []string{"no-mark", "b/bad%41.txt", "b/short%+", "c%%"} {
		if err := os.WriteFile(filepath.Join(bucket.Root, name), []byte("foreign"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(bucket.Root, "short%+", "y.txt"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(bucket.Root, "link.txt")); err != nil {
		t.Fatal(err)
	}
	page, err := s.List(t.Context(), "", "", "", 0)
	if err != nil || len(page.Objects) != 1 || page.Objects[0].Key != "b/x.txt" {
		t.Errorf("listed %+v, %v", page.Objects, err)
	}
	if err := s.Delete(t.Context(), "b/x.txt"); err != nil {
		t.Error(err)
	}
}

// TestFullDisk: a write that does not fit is a 507 that says so, and leaves the
// previous object and no litter.
func TestFullDisk(t *testing.T) {
	data := t.TempDir()
	testbed.SmallDisk(t, data, 1<<20)
	s, bucket := withReserve(t, data, 1)
	const key = "catalog/default/x.json" // clean-up may go as far as the disk does
	s.mustPut(t, key, []byte("before"))
	for range 3 {
		s.do(t, "PUT", objectPath(key), http.Header{storage.HeaderReserve: {"cleanup"}}, bytes.NewReader(noise(1, 2<<20))).wants(t, 507, "storage_full")
	}
	s.wantObject(t, key, []byte("before"))
	if left, err := os.ReadDir(filepath.Join(bucket.Root, "%tmp")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	s.mustPut(t, "y", noise(2, 500<<10))
}

// TestFolderTakenAway: /ready tells when the folder is gone.
func TestFolderTakenAway(t *testing.T) {
	s, bucket := open(t, t.TempDir())
	s.do(t, "GET", "/ready", nil, nil).wants(t, 200, "")
	away := bucket.Root + "-away"
	if err := os.Rename(bucket.Root, away); err != nil {
		t.Fatal(err)
	}
	s.do(t, "GET", "/ready", nil, nil).wants(t, 503, "not_ready")
	if err := os.Rename(away, bucket.Root); err != nil {
		t.Fatal(err)
	}
	s.do(t, "GET", "/ready", nil, nil).wants(t, 200, "")
}

// TestBucketsAreApart: a key in one bucket says nothing about another.
func TestBucketsAreApart(t *testing.T) {
	c := storaged.Defaults()
	c.Bucket = "first-bucket"
	c.Buckets = map[string]storaged.BucketConfig{"archive": {}}
	first := &subject{Client: testbed.StartStoragedWith(t, testbed.NewEnv(t, "storaged"), c)}
	named := *first.Client
	named.Bucket = "archive"
	archive := &subject{Client: &named}
	first.mustPut(t, "x", []byte("1"))
	archive.wantNoObject(t, "x")
	archive.mustPut(t, "x", []byte("2"))
	first.wantObject(t, "x", []byte("1"))
	all, err := first.Buckets(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "first-bucket" || !all[0].Default || all[1].Name != "archive" || all[1].Default {
		t.Errorf("buckets %+v, %v", all, err)
	}
}

func TestConfigRefused(t *testing.T) {
	for want, change := range map[string]func(*storaged.Config){
		"max_object_bytes":       func(c *storaged.Config) { c.MaxObjectBytes = 0 },
		"max_object_bytes: 5368": func(c *storaged.Config) { c.MaxObjectBytes = 5<<30 + 1 },
		"max_concurrent_writes":  func(c *storaged.Config) { c.MaxConcurrentWrites = 0 },
		`backend "tape"`:         func(c *storaged.Config) { c.Backend = "tape" },
		`bucket "../up"`:         func(c *storaged.Config) { c.Bucket = "../up" },
		"[storaged.buckets.UP]":  func(c *storaged.Config) { c.Buckets = map[string]storaged.BucketConfig{"UP": {}} },
		"is the default bucket":  func(c *storaged.Config) { c.Buckets = map[string]storaged.BucketConfig{storage.DefaultBucket: {}} },
		"[s3.primary]":           func(c *storaged.Config) { c.Backend = "s3" },
		"[s3.cold]": func(c *storaged.Config) {
			c.Buckets = map[string]storaged.BucketConfig{"cold": {Backend: "s3", Secret: "cold"}}
		},
		"is no URL": func(c *storaged.Config) { c.Backend, c.Secret = "s3", "odd" },
	} {
		c := storaged.Defaults()
		change(&c)
		env := testbed.NewEnv(t, "storaged")
		env.Secrets.S3 = map[string]service.S3{"odd": {Endpoint: "127.0.0.1:9000", AccessKeyID: "hidden", SecretAccessKey: service.NewSecret("hidden")}}
		d, err := storaged.New(t.Context(), env, c)
		if err == nil {
			t.Errorf("%s: not refused", want)
			_ = d.Close()
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("refused with %q, want %q in it", err, want)
		}
	}
}
