// Package local keeps the objects of one bucket as files in a folder.
//
// An object is one file, at the path that storage.LocalPath gives its key. A
// write goes to a temporary file in the same file system, which is flushed,
// renamed over the key's file, and followed by a flush of the folder and of
// every folder that was made for it; only then it is answered. So a file under
// a key's path is always one whole version, whenever the power goes; a start
// removes what interrupted writes left in the temporary folder.
//
// The entity tag of a version is its modification time in nanoseconds and its
// size. The store sets that time itself, to a value that it never gives twice
// and that grows with every version of a key: so the tag costs one stat, lives
// in no second place that could disagree, and survives restarts and copies that
// keep times.
//
// A folder has one owner at a time, by a lock on a file in it. A reader may see
// a new version a moment before its writer is answered.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// The store's own names in a bucket's root, which no key has (storage.LocalPath).
const (
	lockName = "%lock"
	tempName = "%tmp"
)

// Files may hold people's data: the owner writes, its group reads, nobody else.
const (
	fileMode   = 0o640
	folderMode = 0o750
)

// Store is a local bucket.
type Store struct {
	name     string
	root     string
	instance string
	lock     *os.File
	keys     keyLocks
	tree     tree
	clock    clock
	space    *space
	temps    atomic.Uint64
	buffers  sync.Pool // of *[bufferSize]byte
}

// Open takes the folder root, which is made if it is not there, as the bucket
// of this name. It fails if another process owns it. reserve is how many bytes of the
// disk are kept free, 0 for the larger of 1 GiB and 2% of the disk.
func Open(name, root string, reserve int64) (*Store, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if err := makeRoot(root); err != nil {
		return nil, fmt.Errorf("folder of bucket %s: %w", name, err)
	}
	lock, err := lockFolder(root)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", name, err)
	}
	s := &Store{name: name, root: root, lock: lock, tree: tree{root: root}}
	err = s.prepare()
	if err == nil {
		s.space, err = newSpace(name, root, reserve)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bucket %s: %w", name, err), lock.Close())
	}
	return s, nil
}

// prepare removes what interrupted writes left and makes sure of the instance.
func (s *Store) prepare() error {
	temp := filepath.Join(s.root, tempName)
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	if err := os.Mkdir(temp, folderMode); err != nil {
		return err
	}
	if err := s.checkTimes(); err != nil {
		return err
	}
	instance, err := s.loadInstance()
	s.instance = instance
	return err
}

// Describe gives the folder and its identity, for a reader on the same box, and how
// full its disk is.
func (s *Store) Describe() storage.Bucket {
	b := storage.Bucket{Name: s.name, Backend: "local", Root: s.root, Instance: s.instance}
	if free, reserve, err := s.space.measure(); err == nil {
		b.FreeBytes, b.ReserveBytes = &free, &reserve
	}
	return b
}

// Ready tells when the folder was taken away.
func (s *Store) Ready(context.Context) []string {
	text, err := os.ReadFile(filepath.Join(s.root, storage.InstanceFile))
	switch {
	case err != nil:
		return []string{fmt.Sprintf("bucket %s: its folder cannot be read: %v", s.name, err)}
	case string(text) != s.instance:
		return []string{fmt.Sprintf("bucket %s: the folder %s was exchanged for another; restart storaged", s.name, s.root)}
	}
	return nil
}

// Close gives the folder up.
func (s *Store) Close() error { return s.lock.Close() }

// Head describes the object.
func (s *Store) Head(_ context.Context, key string) (storage.Object, error) {
	info, err := os.Lstat(storage.LocalPath(s.root, key))
	if err != nil {
		return storage.Object{}, notFound(key, err)
	}
	if !info.Mode().IsRegular() {
		return storage.Object{}, notFound(key, fs.ErrNotExist)
	}
	return describe(key, info), nil
}

// Get opens the object's file: what is written later goes to another file.
func (s *Store) Get(_ context.Context, key string, r *backend.Range) (*backend.Content, error) {
	f, err := os.Open(storage.LocalPath(s.root, key))
	if err != nil {
		return nil, notFound(key, err)
	}
	c, err := content(key, f, r)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return c, nil
}

func content(key string, f *os.File, r *backend.Range) (*backend.Content, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, notFound(key, fs.ErrNotExist)
	}
	offset, length, err := r.Resolve(info.Size())
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(offset, 0); err != nil {
		return nil, err
	}
	return &backend.Content{Object: describe(key, info), Offset: offset, Length: length, Partial: r != nil, Body: f}, nil
}

func describe(key string, info fs.FileInfo) storage.Object {
	return storage.Object{Key: key, Size: info.Size(), ETag: etag(info), ModifiedAt: info.ModTime().UTC().Truncate(time.Microsecond)}
}

// notFound names the object that is not there.
func notFound(key string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
		return storage.ErrObjectNotFound.Errorf("no object %q", key)
	}
	return err
}
