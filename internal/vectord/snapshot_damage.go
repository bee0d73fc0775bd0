package vectord

import (
	"context"
	"errors"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// about reads what a snapshot says of itself. Where that is damaged it is
// [vector.ErrSnapshotDamaged], and what is known all the same is given with it.
func (s snapshots) about(ctx context.Context, index, name string) (k kept, err error) {
	for range 2 { // it may be the reading alone that failed
		if k, err = s.aboutOnce(ctx, index, name); !errors.Is(err, vector.ErrSnapshotDamaged) {
			break
		}
	}
	return k, err
}

func (s snapshots) aboutOnce(ctx context.Context, index, name string) (k kept, err error) {
	key := aboutKey(index, name)
	body, object, err := s.storage.Get(ctx, key, storage.Range{})
	if errors.Is(err, storage.ErrObjectNotFound) {
		return k, vector.ErrSnapshotNotFound.Errorf("there is no snapshot %q of an index %s; GET /vectors/index/%s/snapshots lists those that there are", name, index, index)
	}
	if err != nil {
		return k, err
	}
	defer body.Close()
	err = sealed.DecodeRecord(body, &k)
	var problem *wire.Problem
	switch {
	case errors.As(err, &problem), ctx.Err() != nil:
		return k, err
	case err == nil && (k.Index != index || k.Name != name):
		err = fmt.Errorf("it is of the snapshot %s of the index %s", k.Name, k.Index)
	}
	if err != nil {
		k = kept{Snapshot: vector.Snapshot{Name: name, Index: index, CreatedAt: object.ModifiedAt}}
		return k, k.harmed(fmt.Sprintf("%s: %v", key, err))
	}
	k.etag = object.ETag
	return k, nil
}

// harmed notes what is wrong with a snapshot, and gives it as an error.
func (k *kept) harmed(how string) error {
	k.Damage = how
	return vector.ErrSnapshotDamaged.Errorf("the snapshot %s of the index %s cannot be restored: %s; put its objects back from a copy of the bucket, or remove it by DELETE /vectors/index/%s/snapshots/%s and make another", k.Name, k.Index, how, k.Index, k.Name)
}

// check looks at a snapshot's copy without reading it whole.
func (s snapshots) check(ctx context.Context, k *kept) error {
	err := durable.CheckCopy(ctx, s.storage, copyKey(k.Index, k.Name), k.Copy)
	var copied *durable.CopyError
	if errors.As(err, &copied) {
		return s.harmed(ctx, k, copied)
	}
	return err
}

// harmed is that of [kept], unless the snapshot was removed meanwhile.
func (s snapshots) harmed(ctx context.Context, k *kept, how error) error {
	if _, err := s.about(ctx, k.Index, k.Name); errors.Is(err, vector.ErrSnapshotNotFound) {
		return err
	}
	return k.harmed(how.Error())
}

// restored notes what a restoration found of a snapshot, which reads all of it, so that it
// is listed from then on; and gives the error that it ends with, if there is one.
func (s snapshots) restored(ctx context.Context, k kept, err error) error {
	before := k.Damage
	var copied *durable.CopyError
	if k.Damage = ""; errors.As(err, &copied) {
		err = s.harmed(ctx, &k, copied)
	} else if err != nil {
		return err
	}
	if k.Damage != before {
		_ = s.keep(ctx, k) // else the next restoration finds it again
	}
	return err
}
