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

// snapshotsFolder holds a folder for each index, by its name, and in it one for each
// snapshot: the index as package durable copies it, under "index", and what is said of it,
// in about.json, which comes last: without it there is no snapshot. Snapshots belong to a
// name, and outlive the index.
const snapshotsFolder = indexFolder + "snapshots/"

// kept is what that object says.
type kept struct {
	vector.Snapshot
	Shape vector.Shape `json:"shape"`
}

func snapshotFolder(index, name string) string { return snapshotsFolder + index + "/" + name + "/" }
func copyKey(index, name string) string        { return snapshotFolder(index, name) + "index" }
func aboutKey(index, name string) string       { return snapshotFolder(index, name) + "about.json" }

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
	if _, err := r.keptAs(ctx, x.name, name); !errors.Is(err, vector.ErrSnapshotNotFound) {
		if err == nil {
			err = vector.ErrSnapshotExists.Errorf("the index %s has a snapshot %s; choose another name, or remove it first", x.name, name)
		}
		return vector.Snapshot{}, err
	}
	if err := r.removeUnder(ctx, snapshotFolder(x.name, name)); err != nil { // left by one that broke off
		return vector.Snapshot{}, err
	}
	k := kept{Shape: x.pointer.Shape, Snapshot: vector.Snapshot{Name: name, Index: x.name, Count: open.Engine().Len(), CreatedAt: time.Now().UTC().Truncate(time.Millisecond)}}
	copied, err := open.Copy(ctx, copyKey(x.name, name))
	if err != nil {
		return vector.Snapshot{}, err
	}
	k.Bytes = copied.Bytes
	raw, err := json.Marshal(k)
	if err != nil {
		return vector.Snapshot{}, err
	}
	_, _, err = r.storage.Put(ctx, aboutKey(x.name, name), bytes.NewReader(raw), int64(len(raw)), storage.Condition{})
	return k.Snapshot, err
}

// removeUnder removes the objects whose keys begin so.
func (r *registry) removeUnder(ctx context.Context, prefix string) error {
	for page, err := range r.storage.Listings(ctx, prefix, "", 0) {
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

// snapshots gives those of an index, the oldest first.
func (r *registry) snapshots(ctx context.Context, index string) ([]vector.Snapshot, error) {
	list := []vector.Snapshot{}
	folder := snapshotsFolder + index + "/"
	for page, err := range r.storage.Listings(ctx, folder, "/", 0) {
		if err != nil {
			return nil, err
		}
		for _, prefix := range page.Prefixes {
			name := strings.Trim(strings.TrimPrefix(prefix, folder), "/")
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
	body, _, err := r.storage.Get(ctx, aboutKey(index, name), storage.Range{})
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
	if err := r.removeUnder(ctx, copyKey(index, name)); err != nil {
		return err
	}
	return r.storage.Delete(ctx, aboutKey(index, name))
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
	open, err := durable.Restore(ctx, r.options(x), copyKey(of, want.Snapshot), &x.progress)
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
