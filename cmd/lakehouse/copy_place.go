package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// place is one side of a copy: a data folder, or a section of the secrets file.
type place struct {
	data    string // "": in S3
	section string // NAME of [s3.NAME]
	s3      service.S3
}

// newPlace reads what --from and --to name. A folder that is called s3 is ./s3.
func newPlace(text string, secrets service.Secrets) place {
	if text == "s3" {
		text = "s3.primary"
	}
	if name, ok := strings.CutPrefix(text, "s3."); ok && !strings.ContainsRune(name, filepath.Separator) {
		return place{section: name, s3: secrets.S3[name]}
	}
	return place{data: text}
}

// opened is a bucket that nobody else writes to where that can be told.
type opened struct {
	id    string // of the place, for the journal
	store backend.Store
	lock  *service.FileLock // nil in S3
}

func (p place) open(ctx context.Context, bucket string, writes int, create bool, log *slog.Logger) (*opened, error) {
	if p.data == "" {
		store, err := storaged.OpenS3(ctx, p.section, p.s3, bucket, writes, create, log)
		return &opened{id: p.s3.Endpoint + "/" + bucket, store: store}, err
	}
	root, err := filepath.Abs(storaged.LocalRoot(p.data, bucket))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(root); !create && err != nil {
		return nil, missing(p.data, bucket, err)
	}
	lock, err := fleet.LockData(p.data)
	if err != nil {
		return nil, err
	}
	store, err := storaged.OpenLocal(p.data, bucket)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	return &opened{id: root, store: store, lock: lock}, nil
}

// missing says which buckets a folder has instead.
func missing(data, bucket string, err error) error {
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	entries, _ := os.ReadDir(filepath.Dir(storaged.LocalRoot(data, bucket)))
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%s is no data folder of a fleet: it has no folder objects with a bucket in it", data)
	}
	return fmt.Errorf("the folder holds no bucket %s but %s; name it with --bucket. Its name stays the same on the other side, for tables hold it",
		bucket, strings.Join(names, ", "))
}

func (o *opened) close() error {
	err := o.store.Close()
	if o.lock != nil {
		err = errors.Join(err, o.lock.Release())
	}
	return err
}
