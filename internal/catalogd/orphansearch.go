package catalogd

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const datasetsPrefix = "datasets/"

// orphanSearch is one search through datasets/ for orphans, as Iceberg's orphan
// file removal makes it for one table: for objects that no kept version of any
// dataset names. They are left behind by a daemon that was killed before it moved
// a pointer, or before it removed what had expired.
//
// What is younger than the cutoff is spared, for it may still be registered. Of
// the rest a page is listed first, then the dataset's pointer is read, and then
// what its versions name: so what a commit brought before is seen, and what it
// brings later was not on the page. A commit that adopts an old object meanwhile
// is told by the cleaner's watch; after that it finds the object doomed, and
// copies it. What was doomed is removed when the longest query has passed, and
// only if the search read all that it wanted to: one pointer that cannot be read
// may be of any folder.
//
// It takes memory for one page, one dataset's names and the keys that it dooms.
type orphanSearch struct {
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

// searchOrphans looks for orphans from before the cutoff and has at most limit of
// them removed. After an error none is.
func (e *engine) searchOrphans(ctx context.Context, cutoff time.Time, limit int) (s *orphanSearch, err error) {
	s = &orphanSearch{engine: e, cutoff: cutoff, limit: limit, seed: maphash.MakeSeed()}
	defer func() {
		if err != nil {
			e.cleaner.pardon(s.doomed)
		}
	}()
	pointers, err := e.readPointers(ctx)
	if err != nil || pointers == 0 { // without any, the pointers were lost sooner than the datasets
		return s, err
	}
	if err := e.store.pages(ctx, datasetsPrefix, func(page []storage.Object) error { return s.page(ctx, page) }); err != nil && !errors.Is(err, errEnough) {
		return s, err
	}
	at := time.Now().Add(e.cleaner.grace)
	for _, key := range s.doomed {
		e.cleaner.schedule(deletion{key: key, at: at, orphan: true})
	}
	return s, nil
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

var errEnough = errors.New("enough orphans for one search")

// page judges a page of the listing, folder by folder.
func (s *orphanSearch) page(ctx context.Context, page []storage.Object) error {
	s.seen += len(page)
	for len(page) > 0 {
		id, n := datasetOf(page[0].Key), 1
		for n < len(page) && datasetOf(page[n].Key) == id {
			n++
		}
		old := s.old(page[:n])
		page = page[n:]
		if id == "" || len(old) == 0 {
			continue
		}
		if s.folder == nil || s.folder.id != id {
			s.folder = newFolder(s.store, s.seed, id)
		}
		if err := s.judge(ctx, s.folder, old); err != nil {
			return err
		}
		if s.limited = len(s.doomed) >= s.limit; s.limited {
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
	if sort, _, deeper := strings.Cut(rest, "/"); !deeper || !catalog.IsID(id) || sort != "data" && sort != "metadata" && sort != "receipts" {
		return ""
	}
	return id
}

func (s *orphanSearch) old(objects []storage.Object) (old []storage.Object) {
	for _, o := range objects {
		if o.ModifiedAt.Before(s.cutoff) && !o.ModifiedAt.IsZero() {
			old = append(old, o)
		}
	}
	return old
}

// judge dooms what no version names of a folder's old objects.
func (s *orphanSearch) judge(ctx context.Context, f *folder, old []storage.Object) error {
	if old = f.loose(old); len(old) == 0 || f.spared {
		return nil
	}
	watch := s.cleaner.watch()
	defer s.cleaner.unwatch(watch)
	if err := s.catchUp(ctx, f); err != nil || f.spared {
		return err
	}
	for _, o := range f.loose(old) {
		if len(s.doomed) == s.limit {
			break
		}
		if doomed := s.cleaner.doom(watch, []string{o.Key}); len(doomed) > 0 {
			s.doomed, s.bytes = append(s.doomed, o.Key), s.bytes+o.Size
		}
	}
	return nil
}

// catchUp reads what the folder's dataset names by now. A folder whose dataset
// may still change by a commit from before is spared.
func (s *orphanSearch) catchUp(ctx context.Context, f *folder) error {
	var h *head
	if ds := s.dir.owner(f.id); ds != nil {
		defer s.dir.release(ds)
		var err error
		if h, err = s.stored(ctx, ds); errors.Is(err, errUnsettled) {
			f.spared = true
			return nil
		} else if err != nil {
			return err
		}
	}
	switch {
	case h.live() && h.Dataset.DatasetID == f.id:
		return f.read(ctx, h)
	case h.knew(f.id): // it may be restored, or has another name by now
		f.spared = true
		return nil
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
		s.lost = append(s.lost, f.id)
	}
	return err
}
