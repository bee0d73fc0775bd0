package testbed

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// SmallDisk mounts an empty file system of so many bytes on a folder until the
// test ends, so that a test can fill it. A test that may not mount is skipped.
func SmallDisk(t testing.TB, folder string, size int64) {
	t.Helper()
	mount(t, folder, fmt.Sprintf("size=%d", size))
}

// FewFiles mounts an empty file system on a folder until the test ends, and gives a
// function that leaves room for exactly so many more files and folders, whatever their
// size. A test that may not mount is skipped.
func FewFiles(t testing.TB, folder string) (leave func(files int)) {
	t.Helper()
	mount(t, folder, "size=64m,nr_inodes=2048")
	ballast := filepath.Join(folder, "ballast")
	if err := os.Mkdir(ballast, 0o700); err != nil {
		t.Fatal(err)
	}
	made := 0
	return func(files int) {
		t.Helper()
		for left := freeFiles(t, folder); left != files; left = freeFiles(t, folder) {
			var err error
			if left > files {
				made++
				err = os.WriteFile(filepath.Join(ballast, fmt.Sprint(made)), nil, 0o600)
			} else {
				err = os.Remove(filepath.Join(ballast, fmt.Sprint(made)))
				made--
			}
			if err != nil {
				t.Fatalf("leave room for %d files of %d: %v", files, left, err)
			}
		}
	}
}

func freeFiles(t testing.TB, folder string) int {
	t.Helper()
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		t.Fatal(err)
	}
	return int(stat.Ffree)
}

func mount(t testing.TB, folder, options string) {
	t.Helper()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, options); err != nil {
		t.Skipf("skipped: a small file system cannot be mounted here, which takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, 0); err != nil {
			t.Errorf("unmount the small file system: %v", err)
		}
	})
}
