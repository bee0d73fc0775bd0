package local

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const (
	// The reserve of a disk where none is configured: the larger of the two.
	minReserve     = 1 << 30
	reservePercent = 2
	// freshness is how old what the file system said may be. What was written since
	// is counted here; what others wrote is not, so with less than near left beyond
	// what is asked for, it is asked again.
	freshness = time.Second
	near      = 256 << 20
	// reserveRetry is how long a writer is asked to wait for somebody to make room.
	reserveRetry = 30 * time.Second
)

// space keeps a reserve of the disk free of objects, so that what makes room, and the
// rest of the box, always has some. Bytes that writers have announced are as good as
// taken.
type space struct {
	bucket  string
	root    string
	reserve int64

	mu       sync.Mutex
	free     int64 // what the file system said, at at
	at       time.Time
	spent    int64 // written since then
	promised int64 // announced and not yet written
}

func newSpace(bucket, root string, reserve int64) (*space, error) {
	s := &space{bucket: bucket, root: root, reserve: reserve}
	var stat unix.Statfs_t
	if err := unix.Statfs(root, &stat); err != nil {
		return nil, err
	}
	if s.reserve == 0 {
		s.reserve = max(minReserve, int64(stat.Blocks)*stat.Frsize/100*reservePercent)
	}
	return s, nil
}

// left is what may still be written before the reserve is touched. s.mu is held.
func (s *space) left(fresh bool) (int64, error) {
	if now := time.Now(); fresh || now.Sub(s.at) > freshness {
		var stat unix.Statfs_t
		if err := unix.Statfs(s.root, &stat); err != nil {
			return 0, err
		}
		s.free, s.at, s.spent = int64(stat.Bavail)*stat.Frsize, now, 0
	}
	return s.free - s.spent - s.reserve, nil
}

// require fails unless so many bytes are left. s.mu is held.
func (s *space) require(bytes int64) error {
	left, err := s.left(false)
	if err == nil && left-near < bytes {
		left, err = s.left(true)
	}
	if err != nil || left >= bytes {
		return err
	}
	return storage.ErrDiskReserve.Errorf("the disk of bucket %s has %d bytes free, and %d are kept in reserve: free space there, or lower [storaged] reserve_bytes", s.bucket, s.free, s.reserve).
		With("free_bytes", s.free).With("reserve_bytes", s.reserve).After(reserveRetry)
}

// measure gives what is free and what of it is the reserve, in bytes.
func (s *space) measure() (free, reserve int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.left(false)
	return s.free - s.spent, s.reserve, err
}

// admit lets a write of so many bytes begin (-1: nobody knows how many), unless it
// would touch the reserve. One that may use the reserve is always let in. The caller
// calls end.
func (s *space) admit(size int64, intoReserve bool) (*admission, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &admission{space: s, intoReserve: intoReserve, announced: max(size, 0)}
	if !intoReserve {
		if err := s.require(s.promised + max(size, 1)); err != nil {
			return nil, err
		}
	}
	s.promised += a.announced
	return a, nil
}

// admission is a write that was let in.
type admission struct {
	space       *space
	intoReserve bool
	announced   int64 // and not yet written
}

// wrote counts bytes that were written, and stops a write that has come to the
// reserve: one of unknown size, or one beside which something else filled the disk.
func (a *admission) wrote(n int64) error {
	a.space.mu.Lock()
	defer a.space.mu.Unlock()
	kept := min(n, a.announced)
	a.announced -= kept
	a.space.promised -= kept
	a.space.spent += n
	if a.intoReserve {
		return nil
	}
	return a.space.require(0)
}

// end gives back what was announced and not written.
func (a *admission) end() {
	a.space.mu.Lock()
	defer a.space.mu.Unlock()
	a.space.promised -= a.announced
	a.announced = 0
}
