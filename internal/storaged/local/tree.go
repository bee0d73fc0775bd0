package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// tree makes and prunes the folders under a bucket's root, and knows which of
// them are durable.
type tree struct {
	root string
	// shape is held shared while a file is put into a folder, and alone while
	// an empty folder is removed.
	shape sync.RWMutex
	mu    sync.Mutex
	// durable holds folders whose entry in their parent was flushed since the
	// start; it is emptied when it grows over maxDurable.
	durable map[string]bool
}

const maxDurable = 1 << 16

// move renames a file to its place, making the folders on the way.
func (t *tree) move(from, to string) error {
	t.shape.RLock()
	defer t.shape.RUnlock()
	err := os.Rename(from, to)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), folderMode); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// flush makes the entry of a file durable, with every folder above it. The file
// must stay where it is meanwhile. A folder counts as durable once all above it
// are: another writer that sees it so climbs no further.
func (t *tree) flush(path string) error {
	dir := filepath.Dir(path)
	if err := syncFolder(dir); err != nil {
		return err
	}
	var flushed []string
	for ; dir != t.root && !t.isDurable(dir); dir = filepath.Dir(dir) {
		if err := syncFolder(filepath.Dir(dir)); err != nil {
			return err
		}
		flushed = append(flushed, dir)
	}
	for _, dir := range slices.Backward(flushed) {
		t.setDurable(dir, true)
	}
	return nil
}

// prune removes the folders above a removed file that are empty now, and makes
// the removal durable.
func (t *tree) prune(path string) error {
	left := t.removeEmpty(filepath.Dir(path))
	for ; ; left = filepath.Dir(left) {
		err := syncFolder(left)
		if left == t.root || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
}

func (t *tree) removeEmpty(dir string) (left string) {
	t.shape.Lock()
	defer t.shape.Unlock()
	for ; dir != t.root; dir = filepath.Dir(dir) {
		if err := unix.Rmdir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			break // it holds something
		}
		t.setDurable(dir, false)
	}
	return dir
}

func (t *tree) isDurable(dir string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.durable[dir]
}

func (t *tree) setDurable(dir string, durable bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !durable {
		delete(t.durable, dir)
		return
	}
	if t.durable == nil || len(t.durable) >= maxDurable {
		t.durable = map[string]bool{}
	}
	t.durable[dir] = true
}
