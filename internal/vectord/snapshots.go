package vectord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// snapshotsFolder holds, for each index by its name and each snapshot, the index as
// package durable copies it, and an object <snapshot>.json, which comes last and is read
// first: without it there is no snapshot. Snapshots belong to a name, and outlive the index.
const snapshotsFolder = indexFolder + "snapshots/"

// kept is what that object says.
type kept struct {
	vector.Snapshot
	Shape vector.Shape `json:"shape"`
}

func snapshotKey(index, name string) string { return snapshotsFolder + index + "/" + name }

// snapshot keeps an index as it is now.
func (r *registry) snapshot(ctx context.Context, x *index, name string) (vector.Snapshot, error) {
	if !x.persisted() {
		return vector.Snapshot{}, notPersisted(x.name)
	}
	x.copying.Lock()
	defer x.copying.Unlock()
	open, leave, err := x.enter()
	if err != nil {
		return vector.Snapshot{}, err
	}
	defer leave()
	key := snapshotKey(x.name, name)
	if _, err := r.storage.Head(ctx, key+".json"); !errors.Is(err, storage.ErrObjectNotFound) {
		if err == nil {
			err = vector.ErrSnapshotExists.Errorf("the index %s has a snapshot %s; choose another name, or remove it first", x.name, name)
		}
		return vector.Snapshot{}, err
	}
	if err := r.removeAt(ctx, key); err != nil { // left by one that broke off
		return vector.Snapshot{}, err
	}
	k := kept{Shape: x.pointer.Shape, Snapshot: vector.Snapshot{Name: name, Index: x.name, Count: open.Engine().Stats().Count, CreatedAt: time.Now().UTC().Truncate(time.Millisecond)}}
	copied, err := open.Copy(ctx, key)
	if err != nil {
		return vector.Snapshot{}, err
	}
	k.Bytes = copied.Bytes
	raw, err := json.Marshal(k)
	if err != nil {
		return vector.Snapshot{}, err
	}
	_, _, err = r.storage.Put(ctx, key+".json", bytes.NewReader(raw), int64(len(raw)), storage.Condition{})
	return k.Snapshot, err
}

// removeAt removes what a copy under a key consists of.
func (r *registry) removeAt(ctx context.Context, key string) error {
	keys := []string{key}
	for page, err := range r.storage.Listings(ctx, key+"/", "", 0) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			keys = append(keys, o.Key)
		}
	}
	for _, k := range keys {
		if err := r.storage.Delete(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// snapshots gives those of an index, the oldest first.
func (r *registry) snapshots(ctx context.Context, index string) ([]vector.Snapshot, error) {
	list := []vector.Snapshot{}
	folder := snapshotKey(index, "")
	for page, err := range r.storage.Listings(ctx, folder, "/", 0) {
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			name, is := strings.CutSuffix(strings.TrimPrefix(o.Key, folder), ".json")
			if !is {
				continue
			}
			k, err := r.keptAs(ctx, index, name)
			if errors.Is(err, vector.ErrSnapshotNotFound) { // removed since
				continue
			}
			if err != nil {
				return nil, err
			}
			list = append(list, k.Snapshot)
		}
	}
	slices.SortStableFunc(list, func(a, b vector.Snapshot) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return list, nil
}

// keptAs reads what a snapshot says of itself.
func (r *registry) keptAs(ctx context.Context, index, name string) (k kept, err error) {
	body, _, err := r.storage.Get(ctx, snapshotKey(index, name)+".json", storage.Range{})
	if errors.Is(err, storage.ErrObjectNotFound) {
		return k, vector.ErrSnapshotNotFound.Errorf("there is no snapshot %q of an index %s; GET /vectors/index/%s/snapshots lists those that there are", name, index, index)
	}
	if err != nil {
		return k, err
	}
	defer body.Close()
	return k, wire.DecodeJSON(body, &k)
}

// dropSnapshot removes a snapshot: what makes it one last, so that who is broken off can
// do it again.
func (r *registry) dropSnapshot(ctx context.Context, index, name string) error {
	if _, err := r.keptAs(ctx, index, name); err != nil {
		return err
	}
	if err := r.removeAt(ctx, snapshotKey(index, name)); err != nil {
		return err
	}
	return r.storage.Delete(ctx, snapshotKey(index, name)+".json")
}

// clearSnapshots removes all of an index's snapshots, and what may be left of others.
func (r *registry) clearSnapshots(ctx context.Context, index string) error {
	for page, err := range r.storage.Listings(ctx, snapshotKey(index, ""), "", 0) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			if err := r.storage.Delete(ctx, o.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// restore makes an index of a snapshot: in place of the one whose name it belongs to, or
// as another one. The index is made aside, and gets its name when it is whole. An index
// that is replaced is not erased from, nor asked for snapshots, meanwhile.
func (r *registry) restore(ctx context.Context, of string, want vector.Restore) (*index, error) {
	before, name, err := r.place(of, want.As)
	if err != nil {
		return nil, err
	}
	if before != nil {
		before.copying.Lock()
		defer before.copying.Unlock()
	}
	k, err := r.keptAs(ctx, of, want.Snapshot)
	if err != nil {
		return nil, err
	}
	if err := r.roomFor(k.Bytes); err != nil {
		return nil, err
	}
	x := newIndex(name, k.Shape)
	open, err := durable.Restore(ctx, r.options(x), snapshotKey(of, want.Snapshot), &x.progress)
	if err != nil {
		return nil, errors.Join(err, durable.Drop(r.ctx, r.storage, x.pointer.ID))
	}
	err = r.change(ctx, func(ctx context.Context) error {
		if now, _, err := r.place(of, want.As); err != nil || now != before {
			err = errors.Join(err, open.Close(ctx), durable.Drop(ctx, r.storage, x.pointer.ID))
			return errors.Join(vector.ErrIndexExists.Errorf("the index %s was dropped or made anew meanwhile; restore again", name), err)
		}
		return r.publish(ctx, x, open, before)
	})
	if errors.Is(err, errNoTurn) {
		err = errors.Join(err, open.Close(r.ctx), durable.Drop(r.ctx, r.storage, x.pointer.ID))
	}
	return x, err
}

// place tells under which name a snapshot is restored, and which index is there, if that
// is the one that it belongs to.
func (r *registry) place(of, as string) (before *index, name string, err error) {
	if as == "" || as == of {
		before, err := r.find(of)
		if err == nil && before.persisted() {
			return before, of, nil
		}
		if err == nil {
			return nil, "", notPersisted(of)
		}
		if !errors.Is(err, vector.ErrIndexNotFound) {
			return nil, "", err
		}
		as = of
	}
	return nil, as, r.free(as)
}

func notPersisted(name string) error {
	return vector.ErrNotPersisted.Errorf("the index %s lives in memory alone, and has no snapshots; make one with persist true, and add the items to it", name)
}
