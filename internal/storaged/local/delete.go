package local

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Delete removes the object's file and the folders that are empty without it.
// An object that is not there is flushed away too: an earlier removal may have
// been interrupted before it was durable.
func (s *Store) Delete(_ context.Context, key string) error {
	defer s.keys.lock(key)()
	path := storage.LocalPath(s.root, key)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.tree.prune(path)
}
