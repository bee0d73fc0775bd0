package measure

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteDurably is what a server that keeps bytes owes the disk at least: a file that is
// fsynced and renamed, and its folder fsynced.
func WriteDurably(path string, payload []byte) error {
	temp, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	_, err = temp.Write(payload)
	if err = errors.Join(err, temp.Sync(), temp.Close(), os.Rename(temp.Name(), path)); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
