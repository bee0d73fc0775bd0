package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// Bytes are gathered in buffers of bufferSize, or of their own size where they are
// known to be fewer than smallSize. After every flushEvery bytes the
// kernel is asked to start writing them out, so that little is left for the
// flush at the end.
const (
	bufferSize = 1 << 20
	smallSize  = 64 << 10
	flushEvery = 8 << 20
)

// Put writes the body to a temporary file and, where the condition holds, moves
// it over the key's file. Of writers of one key one at a time checks its
// condition and moves.
func (s *Store) Put(_ context.Context, w backend.Write) (storage.Object, bool, error) {
	path := storage.LocalPath(s.root, w.Key)
	if _, err := s.current(path, w); err != nil {
		return storage.Object{}, false, err // before the body is read for nothing
	}
	room, err := s.space.admit(w.Size, w.IntoReserve)
	if err != nil {
		return storage.Object{}, false, err
	}
	defer room.end()
	f, err := s.createTemp()
	if err != nil {
		return storage.Object{}, false, s.full(err)
	}
	defer f.discard()
	if err := s.fill(f, w.Body, w.Size, room); err != nil {
		return storage.Object{}, false, s.full(err)
	}
	previous, err := s.current(path, w)
	if err != nil {
		return storage.Object{}, false, err
	}
	if err := s.seal(f, previous); err != nil {
		return storage.Object{}, false, s.full(err)
	}
	defer s.keys.lock(w.Key)()
	return s.publish(f, path, w)
}

// publish moves a sealed file into place. The key's lock is held.
func (s *Store) publish(f *tempFile, path string, w backend.Write) (storage.Object, bool, error) {
	previous, err := s.current(path, w)
	if err != nil {
		return storage.Object{}, false, err
	}
	info, err := f.Stat()
	if err != nil {
		return storage.Object{}, false, err
	}
	if previous != nil && !info.ModTime().After(previous.ModTime()) {
		// The other writer was sealed later and came first.
		if err := s.seal(f, previous); err != nil {
			return storage.Object{}, false, s.full(err)
		}
		if info, err = f.Stat(); err != nil {
			return storage.Object{}, false, err
		}
	}
	if err := s.tree.move(f.Name(), path); err != nil {
		s.tree.removeEmpty(filepath.Dir(path)) // what there was room for of the way
		return storage.Object{}, false, s.full(err)
	}
	f.moved = true
	if err := s.tree.flush(path); err != nil {
		return storage.Object{}, false, s.full(err)
	}
	return describe(w.Key, info), previous == nil, nil
}

// current gives the key's file, nil where there is none, and the problem if the
// write's condition does not hold over it.
func (s *Store) current(path string, w backend.Write) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	switch {
	case w.Cond.IfNoneMatch && err == nil:
		return nil, storage.ErrPreconditionFailed.Errorf("there is an object %q already", w.Key).With("etag", etag(info))
	case w.Cond.IfMatch != "" && err != nil:
		return nil, storage.ErrPreconditionFailed.Errorf("there is no object %q to replace", w.Key)
	case w.Cond.IfMatch != "" && w.Cond.IfMatch != etag(info):
		return nil, storage.ErrPreconditionFailed.Errorf("the object %q has changed: read it again", w.Key).With("etag", etag(info))
	case err != nil:
		return nil, nil
	}
	return info, nil
}

// seal gives the file its modification time and makes it durable.
func (s *Store) seal(f *tempFile, previous fs.FileInfo) error {
	var last int64
	if previous != nil {
		last = previous.ModTime().UnixNano()
	}
	if err := setTime(f.File, s.clock.after(last)); err != nil {
		return err
	}
	return f.Sync()
}

// full says what to do about a file system without space.
func (s *Store) full(err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return storage.ErrStorageFull.Errorf("the disk of bucket %s is full; free space there and try again", s.name).
			After(30 * time.Second).Because(err)
	}
	return err
}

// tempFile is a file of the temporary folder until it is moved.
type tempFile struct {
	*os.File
	moved bool
}

func (s *Store) createTemp() (*tempFile, error) {
	path := filepath.Join(s.root, tempName, strconv.FormatUint(s.temps.Add(1), 10))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, err
	}
	return &tempFile{File: f}, nil
}

// discard closes the file, and removes it unless it was moved. What cannot be
// removed now is at the next start.
func (f *tempFile) discard() {
	_ = f.Close()
	if !f.moved {
		_ = os.Remove(f.Name())
	}
}

// fill copies the body; size is its length or -1. It counts against room.
func (s *Store) fill(f *tempFile, body io.Reader, size int64, room *admission) error {
	buffer, release := s.buffer(size)
	defer release()
	var written, flushed int64
	for {
		n, readErr := readFull(body, buffer)
		if _, err := f.Write(buffer[:n]); err != nil {
			return err
		}
		if err := room.wrote(int64(n)); err != nil {
			return err
		}
		if written += int64(n); written-flushed >= flushEvery {
			// A hint: an error here shows again in the flush at the end.
			_ = unix.SyncFileRange(int(f.Fd()), flushed, written-flushed, unix.SYNC_FILE_RANGE_WRITE)
			flushed = written
		}
		switch {
		case readErr == io.EOF && size >= 0 && written != size:
			return storage.ErrIncomplete.Errorf("%d bytes came of %d", written, size)
		case readErr == io.EOF:
			return nil
		case readErr != nil:
			return readErr
		}
	}
}

// buffer lends what a body of this size, -1 for unknown, is gathered in: what is small
// gets its own, for most objects of a catalog are a few KB.
func (s *Store) buffer(size int64) (b []byte, release func()) {
	if size >= 0 && size < smallSize {
		return make([]byte, size+1), func() {} // one more, so that the body's end is seen
	}
	large, _ := s.buffers.Get().(*[bufferSize]byte)
	if large == nil {
		large = new([bufferSize]byte)
	}
	return large[:], func() { s.buffers.Put(large) }
}

// readFull fills b unless the body ends or fails before. Unlike io.ReadFull it
// keeps the body's own error, so that a body cut short is never taken for one
// that ended.
func readFull(body io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = body.Read(b[n:])
		n += m
	}
	return n, err
}
