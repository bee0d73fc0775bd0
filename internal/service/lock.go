package service

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// FileLock is a file that one process holds for itself. The kernel drops it with
// the process, so a killed one never leaves it behind.
type FileLock struct{ file *os.File }

// HeldError says that another process holds a lock.
type HeldError struct {
	Path string
	PID  string // of the holder, as it wrote it there
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is held by the process with pid %s", e.Path, e.PID)
}

// LockFile takes the lock file at path, making it and its folder where they are
// not there. It is a *HeldError if somebody has it, this process included.
func LockFile(path string) (*FileLock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		holder, _ := os.ReadFile(path)
		return nil, &HeldError{Path: path, PID: strings.TrimSpace(string(holder))}
	}
	// On a full disk the pid is missing, and the lock is held.
	if err := writePID(file); err != nil && !errors.Is(err, unix.ENOSPC) {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return &FileLock{file}, nil
}

func writePID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

// Release gives the lock back.
func (l *FileLock) Release() error { return l.file.Close() }
