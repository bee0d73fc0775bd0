package catalogd

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const datasetsPrefix = "datasets/"

// walk is one search through datasets/ for orphans: objects that no kept version
// of any dataset names. They are left behind by a daemon that was killed before
// it moved a pointer, or before it removed what had expired.
//
// What is younger than the cutoff is spared, for it may still be registered. Of
// the rest a page is listed first, then the dataset's pointer is read, and then
// what its versions name: so what a commit brought before is seen, and what it
// brings later was not on the page. A commit that adopts an old object meanwhile
// is told by the cleaner's watch; after that it finds the object doomed, and
// copies it. What was doomed is removed when the longest query has passed, and
// only if the walk read all that it wanted to: one pointer that cannot be read
// may be of any folder.
//
// It takes memory for one page, one dataset's names and the keys that it dooms.
type walk struct {
	*engine
	cutoff time.Time // by storage's clock
	limit  int       // of doomed
	seed   maphash.Seed

	folder  *folder // that the listing is in
	seen    int
	doomed  []string
	bytes   int64
	lost    []string // ids of datasets that have no pointer
	limited bool     // there may be more
}

// walk searches for orphans from before the cutoff and has at most limit of them
// removed. After an error none is.
func (e *engine) walk(ctx context.Context, cutoff time.Time, limit int) (w *walk, err error) {
	w = &walk{engine: e, cutoff: cutoff, limit: limit, seed: maphash.MakeSeed()}
	defer func() {
		if err != nil {
			e.cleaner.pardon(w.doomed)
		}
	}()
	pointers, err := e.readPointers(ctx)
	if err != nil || pointers == 0 { // without any, the pointers were lost sooner than the datasets
		return w, err
	}
	if err := e.store.pages(ctx, datasetsPrefix, func(page []storage.Object) error { return w.page(ctx, page) }); err != nil && !errors.Is(err, errEnough) {
		return w, err
	}
	at := time.Now().Add(e.cleaner.grace)
	for _, key := range w.doomed {
		e.cleaner.schedule(deletion{key: key, at: at, orphan: true})
	}
	return w, nil
}

// readPointers sees to it that every pointer in storage is known here, and counts
// them. One that cannot be read is an error, and so is what lies among them and
// is none: a pointer that was put aside, maybe.
func (e *engine) readPointers(ctx context.Context) (n int, err error) {
	err = e.store.pages(ctx, pointerPrefix, func(page []storage.Object) error {
		for _, o := range page {
			name, ok := pointerName(o.Key)
			if !ok {
				return fmt.Errorf("%s is no pointer; move it out of %s", o.Key, pointerPrefix)
			}
			h, err := e.known(ctx, name, o.ETag)
			if err == nil && h == nil {
				err = fmt.Errorf("%s went away", o.Key)
			}
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

var errEnough = errors.New("enough orphans for one walk")

// page judges a page of the listing, folder by folder.
func (w *walk) page(ctx context.Context, page []storage.Object) error {
	w.seen += len(page)
	for len(page) > 0 {
		id, n := datasetOf(page[0].Key), 1
		for n < len(page) && datasetOf(page[n].Key) == id {
			n++
		}
		old := w.old(page[:n])
		page = page[n:]
		if id == "" || len(old) == 0 {
			continue
		}
		if w.folder == nil || w.folder.id != id {
			w.folder = newFolder(w.store, w.seed, id)
		}
		if err := w.judge(ctx, w.folder, old); err != nil {
			return err
		}
		if w.limited = len(w.doomed) >= w.limit; w.limited {
			return errEnough
		}
	}
	return nil
}

// datasetOf gives the dataset in whose folder an object lies, "" for one that is
// of no sort known here.
func datasetOf(key string) string {
	rest, _ := strings.CutPrefix(key, datasetsPrefix)
	id, rest, _ := strings.Cut(rest, "/")
	if sort, _, deeper := strings.Cut(rest, "/"); !deeper || !validID(id) || sort != "data" && sort != "metadata" && sort != "receipts" {
		return ""
	}
	return id
}

func (w *walk) old(objects []storage.Object) (old []storage.Object) {
	for _, o := range objects {
		if o.ModifiedAt.Before(w.cutoff) && !o.ModifiedAt.IsZero() {
			old = append(old, o)
		}
	}
	return old
}

// judge dooms what no version names of a folder's old objects.
func (w *walk) judge(ctx context.Context, f *folder, old []storage.Object) error {
	if old = f.loose(old); len(old) == 0 || f.spared {
		return nil
	}
	watch := w.cleaner.watch()
	defer w.cleaner.unwatch(watch)
	if err := w.catchUp(ctx, f); err != nil || f.spared {
		return err
	}
	for _, o := range f.loose(old) {
		if len(w.doomed) == w.limit {
			break
		}
		if doomed := w.cleaner.doom(watch, []string{o.Key}); len(doomed) > 0 {
			w.doomed, w.bytes = append(w.doomed, o.Key), w.bytes+o.Size
		}
	}
	return nil
}

// catchUp reads what the folder's dataset names by now. A folder whose dataset
// may still change by a commit from before is spared.
func (w *walk) catchUp(ctx context.Context, f *folder) error {
	var h *head
	if ds := w.dir.owner(f.id); ds != nil {
		defer w.dir.release(ds)
		var err error
		if h, err = w.stored(ctx, ds); errors.Is(err, errUnsettled) {
			f.spared = true
			return nil
		} else if err != nil {
			return err
		}
	}
	if h != nil && h.Dataset.DatasetID == f.id {
		return f.read(ctx, h)
	}
	if f.head != nil {
		return fmt.Errorf("dataset %s lost its pointer meanwhile", f.id)
	}
	if f.orphan {
		return nil
	}
	f.orphan = true
	lost, err := f.wasCommitted(ctx)
	if lost {
		f.spared = true
		w.lost = append(w.lost, f.id)
	}
	return err
}
