package catalogd

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// directory is every dataset and view by name. Names that exist are held in order, so
// that a page of a listing costs what it shows. One that is still free is known
// while somebody uses it: whoever takes a dataset out by open, find or owner
// releases it.
type directory struct {
	mu      sync.Mutex
	byName  map[catalog.Name]*dataset
	order   []catalog.Name // of the datasets that exist
	views   []catalog.Name // that exist, in order
	waiting []catalog.Name // of those under which dropped datasets wait, in order
	ids     map[string]catalog.Name
	tables  *tables
}

func newDirectory(t *tables) *directory {
	return &directory{byName: map[catalog.Name]*dataset{}, ids: map[string]catalog.Name{}, tables: t}
}

// dataset is one name: the queue of those who want to change it, and what it is
// now, if it exists.
type dataset struct {
	name  catalog.Name
	head  atomic.Pointer[head]   // nil: the name is free
	token chan struct{}          // held by the one who commits
	doubt atomic.Bool            // a swap of the pointer got no answer: look before the next use
	late  atomic.Pointer[string] // the ETag that such a swap asks for ("": no pointer); while it holds, the swap may come in

	users  int      // who have not released it; the directory guards it
	claims []string // ids that they claimed; likewise

	mu       sync.Mutex
	queue    []*request
	expected int           // how many were at work around the last commit
	patience time.Duration // to wait for them
	full     chan struct{} // closed when they are there; nil: nobody waits
}

// head is a dataset as one pointer object describes it. The table behind it is
// read when it is asked for, and may go again ([tables]).
type head struct {
	*pointer
	etag string

	reading  sync.Mutex // held by the one who reads from storage
	table    atomic.Pointer[iceTable]
	segments atomic.Pointer[[]*segment] // those of Archive
	replaced bool                       // by a newer head; tables guards it
}

// unsure notes that a swap upon base got no answer.
func (ds *dataset) unsure(base *head) {
	etag := ""
	if base != nil {
		etag = base.etag
	}
	ds.late.Store(&etag)
	ds.doubt.Store(true)
}

// settled tells whether the dataset can become nothing else than h but by a
// commit that is still to begin: a swap that got no answer comes in only while
// the pointer is what it was made upon.
func (ds *dataset) settled(h *head) bool {
	etag := ds.late.Load()
	if h == nil {
		return etag == nil || *etag != ""
	}
	return etag == nil || *etag != h.etag
}

func compareNames(a, b catalog.Name) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

// find gives a dataset that is known here, or nil.
func (d *directory) find(n catalog.Name) *dataset {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byName[n].use()
}

// open gives the dataset of a name, also of one that is still free.
func (d *directory) open(n catalog.Name) *dataset {
	d.mu.Lock()
	defer d.mu.Unlock()
	ds := d.byName[n]
	if ds == nil {
		ds = &dataset{name: n, token: make(chan struct{}, 1)}
		d.byName[n] = ds
	}
	return ds.use()
}

// use counts one more user, under the directory's lock.
func (ds *dataset) use() *dataset {
	if ds != nil {
		ds.users++
	}
	return ds
}

// release ends the use of a dataset. With its last user a name goes that is still
// free, and so do the ids that came to nothing; not so while a pointer may still
// arrive.
func (d *directory) release(ds *dataset) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ds.users--
	h := ds.head.Load()
	if ds.users > 0 || h == nil && !ds.settled(nil) {
		return
	}
	for _, id := range ds.claims {
		if d.ids[id] == ds.name && (h == nil || h.Dataset.DatasetID != id) {
			delete(d.ids, id)
		}
	}
	ds.claims = nil
	if h == nil {
		delete(d.byName, ds.name)
	}
}

// publish makes h, which was read or written after seen was known, what the
// dataset is now. It is not where something newer has become known meanwhile: a
// reader may have waited long for its answer from storage.
func (d *directory) publish(ds *dataset, seen, h *head) *head {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := ds.head.Load()
	if known != nil && (known.etag == h.etag || known != seen && known.Revision >= h.Revision) {
		return known
	}
	d.assign(ds.name, h)
	place(&d.order, ds.name, h.live() && !h.view() && d.ids[h.Dataset.DatasetID] == ds.name)
	place(&d.views, ds.name, h.view())
	place(&d.waiting, ds.name, len(h.Dropped) > 0)
	ds.head.Store(h)
	if known != nil {
		d.tables.forget(known)
	}
	if h.table.Load() != nil {
		d.tables.loaded(h)
	}
	return h
}

// place puts a name into an ordered list, or takes it out.
func place(order *[]catalog.Name, n catalog.Name, in bool) {
	switch at, found := slices.BinarySearchFunc(*order, n, compareNames); {
	case in && !found:
		*order = slices.Insert(*order, at, n)
	case !in && found:
		*order = slices.Delete(*order, at, at+1)
	}
}

// assign notes which ids belong to a name: those of its dataset and of the dropped
// ones. One that left belongs to the name that it has now.
func (d *directory) assign(n catalog.Name, h *head) {
	for _, left := range h.Left {
		if owner, known := d.ids[left.DatasetID]; known && owner != n {
			continue
		}
		if to, err := catalog.ParseName(left.To); err == nil {
			d.ids[left.DatasetID] = to
		} else {
			delete(d.ids, left.DatasetID)
		}
	}
	for _, dropped := range h.Dropped {
		d.ids[dropped.Dataset.DatasetID] = n
	}
	if !h.live() {
		return
	}
	id := h.Dataset.DatasetID
	if owner, known := d.ids[id]; h.Moving != nil && known && owner.String() == h.Moving.Name {
		return // it has arrived there
	}
	d.ids[id] = n
	if h.Arrived != nil {
		if from, err := catalog.ParseName(h.Arrived.Name); err == nil {
			place(&d.order, from, false)
		}
	}
}

// claim reserves an id for a dataset until its last user releases it, and for good
// if it becomes the dataset's own; false means that another one has it, and its
// folder.
func (d *directory) claim(id string, ds *dataset) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if owner, taken := d.ids[id]; taken {
		return owner == ds.name
	}
	d.ids[id] = ds.name
	ds.claims = append(ds.claims, id)
	return true
}

// owner gives the dataset that has an id, or has claimed it; nil: none.
func (d *directory) owner(id string) *dataset {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byName[d.ids[id]].use()
}

// after gives up to limit of the views, or of the datasets, whose names follow n, in
// order.
func (d *directory) after(views bool, n catalog.Name, limit int) []*dataset {
	d.mu.Lock()
	defer d.mu.Unlock()
	order := d.order
	if views {
		order = d.views
	}
	at, found := slices.BinarySearchFunc(order, n, compareNames)
	if found {
		at++
	}
	page := make([]*dataset, 0, min(limit, len(order)-at))
	for _, name := range order[at:min(at+limit, len(order))] {
		page = append(page, d.byName[name])
	}
	return page
}

// withDropped gives the names from n on under which dropped datasets wait, in order.
func (d *directory) withDropped(n catalog.Name) []catalog.Name {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, _ := slices.BinarySearchFunc(d.waiting, n, compareNames)
	return slices.Clone(d.waiting[at:])
}

// census is how many datasets and views there are, and under how many names dropped
// ones wait.
type census struct{ datasets, views, waiting int64 }

func (d *directory) counts() census {
	d.mu.Lock()
	defer d.mu.Unlock()
	return census{int64(len(d.order)), int64(len(d.views)), int64(len(d.waiting))}
}

// names gives the names of all datasets.
func (d *directory) names() []catalog.Name {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.order)
}

// viewNames gives those of all views.
func (d *directory) viewNames() []catalog.Name {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.views)
}
