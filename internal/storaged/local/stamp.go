package local

import (
	"io/fs"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// clock gives modification times, in nanoseconds since 1970, each later than
// all that it gave before, whatever the wall clock does.
type clock struct {
	mu   sync.Mutex
	last int64
}

// after gives a time later than previous, too.
func (c *clock) after(previous int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(time.Now().UnixNano(), c.last+1, previous+1)
	return c.last
}

// etag is the entity tag of a version, read from its file alone.
func etag(info fs.FileInfo) string {
	b := make([]byte, 0, 32)
	b = append(b, '"')
	b = strconv.AppendInt(b, info.ModTime().UnixNano(), 16)
	b = append(b, '-')
	b = strconv.AppendInt(b, info.Size(), 16)
	return string(append(b, '"'))
}

func setTime(f *os.File, nanoseconds int64) error {
	stamp := unix.NsecToTimespec(nanoseconds)
	err := unix.UtimesNanoAt(unix.AT_FDCWD, f.Name(), []unix.Timespec{stamp, stamp}, 0)
	if err != nil {
		return &os.PathError{Op: "utimensat", Path: f.Name(), Err: err}
	}
	return nil
}
