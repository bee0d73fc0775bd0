package testbed

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// SmallDisk mounts an empty file system of so many bytes on a folder until the
// test ends, so that a test can fill it. A test that may not mount is skipped.
func SmallDisk(t testing.TB, folder string, size int64) {
	t.Helper()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("skipped: a small file system cannot be mounted here, which takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, 0); err != nil {
			t.Errorf("unmount the small file system: %v", err)
		}
	})
}
