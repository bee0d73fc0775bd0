package local

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFlushFailsHalfWay: while a folder above cannot be made durable, no writer
// below it is told that its file is. /proc cannot be flushed, what the link to
// the working folder leads to can.
func TestFlushFailsHalfWay(t *testing.T) {
	t.Chdir(t.TempDir())
	const below = "/proc/self/cwd/p"
	s := &tree{root: "/proc"}
	if err := s.move(newFile(t), below+"/first"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.flush(below + "/first"); err == nil {
			t.Fatal("a file counts as durable below a folder that is not")
		}
	}
	if s.isDurable(below) {
		t.Error("a folder counts as durable below one that is not")
	}
}

// TestFolderMadeAgain: a folder that was removed is durable no longer when it
// comes again.
func TestFolderMadeAgain(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	s := &tree{root: root}
	path := root + "/p/q/x"
	for range 2 {
		if err := s.move(newFile(t), path); err != nil {
			t.Fatal(err)
		}
		if s.isDurable(root+"/p") || s.isDurable(root+"/p/q") {
			t.Fatal("a fresh folder counts as durable before it was flushed")
		}
		if err := s.flush(path); err != nil {
			t.Fatal(err)
		}
		if !s.isDurable(root+"/p") || !s.isDurable(root+"/p/q") {
			t.Fatal("a flushed folder is flushed at every write")
		}
		remove(t, path)
		if err := s.prune(path); err != nil {
			t.Fatal(err)
		}
	}
}

func newFile(t *testing.T) string {
	t.Helper()
	f, err := os.CreateTemp(".", "new-*")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
