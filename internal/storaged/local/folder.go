package local

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// makeRoot makes the bucket's folder and its parents, durably.
func makeRoot(root string) error {
	if _, err := os.Stat(root); err == nil {
		return nil
	}
	var missing []string
	for dir := root; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, dir)
	}
	if err := os.MkdirAll(root, folderMode); err != nil {
		return err
	}
	for _, dir := range missing {
		if err := syncFolder(filepath.Dir(dir)); err != nil {
			return err
		}
	}
	return nil
}

// lockFolder makes this process the folder's owner until the file is closed.
func lockFolder(root string) (*os.File, error) {
	path := filepath.Join(root, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return nil, fmt.Errorf("the folder %s is in use by process %s; stop that one, or use another data folder", root, strings.TrimSpace(string(holder)))
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// On a full disk the pid is missing, and the lock is held: storaged has to start,
	// for something to be deleted.
	if _, err := fmt.Fprintf(f, "%d\n", os.Getpid()); err != nil && !errors.Is(err, unix.ENOSPC) {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// loadInstance reads the folder's identity, or gives it one.
func (s *Store) loadInstance() (string, error) {
	path := filepath.Join(s.root, storage.InstanceFile)
	text, err := os.ReadFile(path)
	if err == nil && len(text) > 0 {
		return string(text), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	instance := rand.Text()
	f, err := s.createTemp()
	if err != nil {
		return "", err
	}
	defer f.discard()
	if _, err := f.WriteString(instance); err != nil {
		return "", err
	}
	if err := f.Sync(); err != nil {
		return "", err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return "", err
	}
	return instance, syncFolder(s.root)
}

// checkTimes refuses a file system that rounds modification times: two versions
// could get one entity tag.
func (s *Store) checkTimes() error {
	f, err := s.createTemp()
	if err != nil {
		return err
	}
	defer f.discard()
	const odd = 1_234_567_891_123_456_789
	if err := setTime(f.File, odd); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.ModTime() != time.Unix(0, odd) {
		return fmt.Errorf("the file system of %s does not keep times to the nanosecond, which entity tags need; use ext4, xfs, btrfs or zfs", s.root)
	}
	return nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
