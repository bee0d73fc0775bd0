package objectcache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// store serves objects and counts how often.
type store struct {
	mu      sync.Mutex
	objects map[string][]byte
	gets    atomic.Int64
	entered chan struct{} // if set, a fetch says that it has begun, and
	hold    chan struct{} // waits for this
}

func (s *store) fetch(ctx context.Context, key string) (io.ReadCloser, error) {
	s.gets.Add(1)
	if s.hold != nil {
		s.entered <- struct{}{}
		select {
		case <-s.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	content, ok := s.objects[key]
	if !ok {
		return nil, fmt.Errorf("no object %s", key)
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

// add stores n bytes and describes them.
func (s *store) add(key string, n int) Object {
	content := bytes.Repeat([]byte(key), n)[:n]
	sum := sha256.Sum256(content)
	s.objects[key] = content
	return Object{Key: key, Size: int64(n), Hash: hex.EncodeToString(sum[:16])}
}

func open(t *testing.T, dir string, bound int64, s *store) *Cache {
	t.Helper()
	c, err := Open(dir, bound, s.fetch)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// use pins objects, checks their bytes and lets them go.
func use(t *testing.T, c *Cache, s *store, objects ...Object) {
	t.Helper()
	paths, release, err := c.Pin(context.Background(), objects)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for i, o := range objects {
		content, err := os.ReadFile(paths[i])
		if err != nil || !bytes.Equal(content, s.objects[o.Key]) {
			t.Fatalf("%s: %d bytes, %v", o.Key, len(content), err)
		}
	}
}

func newStore() *store { return &store{objects: map[string][]byte{}} }

func TestLeastRecentlyUsedGoes(t *testing.T) {
	s, dir := newStore(), t.TempDir()
	a, b, d := s.add("a", 40), s.add("b", 40), s.add("d", 40)
	c := open(t, dir, 100, s)
	use(t, c, s, a, b)
	use(t, c, s, a)
	use(t, c, s, d) // b goes
	use(t, c, s, a)
	if got := s.gets.Load(); got != 3 {
		t.Errorf("%d fetches, want 3", got)
	}
	use(t, c, s, b)
	if got := s.gets.Load(); got != 4 {
		t.Errorf("%d fetches, want 4", got)
	}
	if c.Used() > 100 || folderBytes(t, dir) > 100 {
		t.Errorf("%d bytes counted, %d on disk, over the bound of 100", c.Used(), folderBytes(t, dir))
	}
}

func folderBytes(t *testing.T, dir string) (total int64) {
	t.Helper()
	items, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if info, err := item.Info(); err == nil {
			total += info.Size()
		}
	}
	return total
}

func TestPinnedFilesStay(t *testing.T) {
	s := newStore()
	a, b := s.add("a", 60), s.add("b", 60)
	c := open(t, t.TempDir(), 100, s)
	paths, release, err := c.Pin(context.Background(), []Object{a})
	if err != nil {
		t.Fatal(err)
	}
	var full *BoundError
	if _, _, err := c.Pin(context.Background(), []Object{b}); !errors.As(err, &full) || full.Needs > full.Bound {
		t.Fatalf("want a BoundError that may pass, got %v", err)
	}
	if _, err := os.Stat(paths[0]); err != nil {
		t.Errorf("a pinned file went: %v", err)
	}
	release()
	use(t, c, s, b)
	if _, _, err := c.Pin(context.Background(), []Object{a, b}); !errors.As(err, &full) || full.Needs <= full.Bound {
		t.Errorf("want a BoundError that cannot pass, got %v", err)
	}
}

func TestDamagedObjectsAreRefused(t *testing.T) {
	s, dir := newStore(), t.TempDir()
	a := s.add("a", 50)
	c := open(t, dir, 100, s)
	for name, content := range map[string]string{
		"other bytes": strings.Repeat("x", 50), "short": "aaa", "long": strings.Repeat("a", 51),
	} {
		s.objects["a"] = []byte(content)
		if _, _, err := c.Pin(context.Background(), []Object{a}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c.Used() != 0 || folderBytes(t, dir) != 0 {
		t.Errorf("%d bytes counted, %d on disk after failures", c.Used(), folderBytes(t, dir))
	}
	a = s.add("a", 50)
	use(t, c, s, a)
}

func TestRestartKeepsWholeFilesAndOrder(t *testing.T) {
	s, dir := newStore(), t.TempDir()
	a, b, d := s.add("a", 40), s.add("b", 40), s.add("d", 40)
	c := open(t, dir, 100, s)
	use(t, c, s, a)
	use(t, c, s, b)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, fileName("b")), old, old); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, tempPrefix+"1"), make([]byte, 99), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, 100, s.fetch); err == nil {
		t.Fatal("a folder in use was opened twice")
	}
	c.Close()
	c = open(t, dir, 100, s)
	use(t, c, s, d) // b, used before a, goes
	use(t, c, s, a)
	if got := s.gets.Load(); got != 3 {
		t.Errorf("%d fetches, want 3", got)
	}
	if got := folderBytes(t, dir); got > 100 {
		t.Errorf("%d bytes on disk: the half-fetched file stayed", got)
	}
}

func TestLostFileIsFetchedAgain(t *testing.T) {
	s, dir := newStore(), t.TempDir()
	a := s.add("a", 40)
	c := open(t, dir, 100, s)
	use(t, c, s, a)
	if err := os.Remove(filepath.Join(dir, fileName("a"))); err != nil {
		t.Fatal(err)
	}
	use(t, c, s, a)
	if c.Used() != 40 {
		t.Errorf("%d bytes counted, want 40", c.Used())
	}
}

func TestManyAskForOneObject(t *testing.T) {
	s := newStore()
	s.entered, s.hold = make(chan struct{}, 2), make(chan struct{})
	a := s.add("a", 40)
	c := open(t, t.TempDir(), 100, s)
	leaver, leave := context.WithCancel(context.Background())
	left := make(chan error)
	go func() {
		_, _, err := c.Pin(leaver, []Object{a})
		left <- err
	}()
	<-s.entered
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { use(t, c, s, a) })
	}
	leave() // whoever waited takes over
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the one who left got %v", err)
	}
	close(s.hold)
	group.Wait()
	if got := s.gets.Load(); got != 2 {
		t.Errorf("%d fetches, want the one that was left and one more", got)
	}
}

func TestConcurrentUseKeepsTheBound(t *testing.T) {
	s, dir := newStore(), t.TempDir()
	var objects []Object
	for i := range 12 {
		objects = append(objects, s.add(fmt.Sprintf("object-%d", i), 30))
	}
	c := open(t, dir, 300, s)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 60 {
				at := (worker*7 + i*5) % (len(objects) - 1)
				use(t, c, s, objects[at], objects[at+1])
			}
		})
	}
	group.Wait()
	if c.Used() > 300 || c.Used() != folderBytes(t, dir) {
		t.Errorf("%d bytes counted, %d on disk, bound 300", c.Used(), folderBytes(t, dir))
	}
}
