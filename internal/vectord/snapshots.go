package vectord

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// snapshots are the indexes that users asked to keep as they were, in storage.
type snapshots struct{ storage *storage.Client }

// kept is what the object about a snapshot says.
type kept struct {
	vector.Snapshot
	Shape vector.Shape   `json:"shape"`
	Copy  durable.Copied `json:"copy"`

	etag string
}

// free returns what keeps the name of a snapshot from being given.
func (s snapshots) free(ctx context.Context, index, name string) error {
	switch _, err := s.about(ctx, index, name); {
	case errors.Is(err, vector.ErrSnapshotNotFound):
		return nil
	case err == nil, errors.Is(err, vector.ErrSnapshotDamaged):
		return snapshotExists(index, name)
	default:
		return err
	}
}

func snapshotExists(index, name string) *wire.Problem {
	return vector.ErrSnapshotExists.Errorf("the index %s has a snapshot %s; choose another name, or remove it first", index, name)
}

// take keeps an index as it is now, under a name that is free. It is a snapshot when take
// returns, and none before.
func (s snapshots) take(ctx context.Context, x *index, name string) (vector.Snapshot, error) {
	if err := x.copying.Lock(ctx); err != nil {
		return vector.Snapshot{}, err
	}
	defer x.copying.Unlock()
	open, leave, err := x.enter()
	if err != nil {
		return vector.Snapshot{}, err
	}
	defer leave()
	if _, err := s.storage.DeleteUnder(ctx, snapshotFolder(x.name, name)); err != nil { // left by one that broke off
		return vector.Snapshot{}, err
	}
	k := kept{Shape: x.pointer.Shape, Snapshot: vector.Snapshot{Name: name, Index: x.name, Count: open.Engine().Len(), CreatedAt: time.Now().UTC().Truncate(time.Millisecond)}}
	if k.Copy, err = open.Copy(ctx, copyKey(x.name, name)); err != nil {
		return vector.Snapshot{}, err
	}
	k.Bytes = k.Copy.Bytes
	if err = s.keep(ctx, k); errors.Is(err, storage.ErrPreconditionFailed) {
		err = snapshotExists(x.name, name).Because(err)
	}
	return k.Snapshot, err
}

// keep writes what is said of a snapshot, unless that has changed since it was read, or has
// come since there was nothing.
func (s snapshots) keep(ctx context.Context, k kept) error {
	raw, err := sealed.EncodeRecord(k)
	if err != nil {
		return err
	}
	ctx, cancel := certain.Staying(ctx)
	defer cancel()
	_, _, err = s.storage.Put(ctx, aboutKey(k.Index, k.Name), bytes.NewReader(raw), int64(len(raw)), storage.Condition{IfMatch: k.etag, IfNoneMatch: k.etag == ""})
	return err
}

// list gives those of an index, the oldest first. Of one that is damaged it says what is
// wrong, as far as is known without reading all of it.
func (s snapshots) list(ctx context.Context, index string) ([]vector.Snapshot, error) {
	list := []vector.Snapshot{}
	for page, err := range s.storage.Listings(ctx, snapshotsOf(index), "/", 0) {
		if err != nil {
			return nil, err
		}
		for _, folder := range page.Prefixes {
			k, err := s.about(ctx, index, snapshotNameOf(index, folder))
			if err == nil {
				err = s.check(ctx, &k)
			}
			if errors.Is(err, vector.ErrSnapshotNotFound) { // removed since
				continue
			}
			if err != nil && !errors.Is(err, vector.ErrSnapshotDamaged) {
				return nil, err
			}
			list = append(list, k.Snapshot)
		}
	}
	slices.SortStableFunc(list, func(a, b vector.Snapshot) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return list, nil
}

// dropAll removes all snapshots of an index, and what is left of those that broke off.
func (s snapshots) dropAll(ctx context.Context, index string) error {
	_, err := s.storage.DeleteUnder(ctx, snapshotsOf(index))
	return err
}

// confirmed gives the snapshots of an index, if all of them were named: they go with what
// is erased, and nobody is to lose one unawares.
func (s snapshots) confirmed(ctx context.Context, index string, named []string) (names []string, err error) {
	list, err := s.list(ctx, index)
	if err != nil {
		return nil, err
	}
	names = []string{}
	missing := false
	for _, snapshot := range list {
		names = append(names, snapshot.Name)
		missing = missing || !slices.Contains(named, snapshot.Name)
	}
	if missing {
		return nil, vector.ErrEraseUnconfirmed.Errorf("the snapshots %s may hold what is to be erased, and go with it: name all of them in \"snapshots\" if that may be", strings.Join(names, ", ")).
			With("snapshots", names)
	}
	return names, nil
}

func notPersisted(name string) error {
	return vector.ErrNotPersisted.Errorf("the index %s lives in memory alone, and has no snapshots; make one with persist true, and add the items to it", name)
}
