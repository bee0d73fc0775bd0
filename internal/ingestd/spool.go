package ingestd

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// spool is the folder where files wait while they are checked. Nothing in it is
// acknowledged, so a start empties it.
type spool struct {
	dir  string
	lock *service.FileLock // so that no second ingestd empties it
}

func openSpool(data string) (*spool, error) {
	dir := filepath.Join(data, "spool", "ingestd")
	lock, err := service.LockFile(filepath.Join(data, "ingestd.lock"))
	if err != nil {
		return nil, fmt.Errorf("the spool: %w; stop it, or give this ingestd its own [fleet] data", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("empty the spool: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the spool: %w", err)
	}
	return &spool{dir, lock}, nil
}

// bytes is what lies in the spool, that of the jobs included, about: files come and go.
func (s *spool) bytes() (bytes int64) {
	_ = filepath.WalkDir(filepath.Dir(s.dir), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// workspace is the folder of one ingest: its input, what is made of it, and
// what the converter spills.
type workspace struct{ dir string }

func (s *spool) newWorkspace() (*workspace, error) {
	dir, err := os.MkdirTemp(s.dir, "ingest-")
	if err != nil {
		return nil, fmt.Errorf("make a spool folder: %w", err)
	}
	return &workspace{dir}, nil
}

// path names a file of the workspace.
func (ws *workspace) path(name string) string { return filepath.Join(ws.dir, name) }

// folder makes an empty folder in the workspace.
func (ws *workspace) folder(name string) (string, error) {
	dir := ws.path(name)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.Mkdir(dir, 0o700)
}

func (ws *workspace) remove() error { return os.RemoveAll(ws.dir) }
