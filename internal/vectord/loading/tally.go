package loading

import (
	"context"
	"hash/maphash"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
)

// tally counts what the rows of a load come to, over all its tries: each id once, by the
// most that became of it, and the rows whose id a later one of the same try has.
type tally struct {
	job     *job
	changed func(added, updated, deleted int) // in the index

	seed       maphash.Seed
	ids        map[uint64]sighting // by their hashes: some 20 bytes of memory for each
	try        int32
	rows       int64 // of this try
	duplicates int64 // of this try

	// The change that was begun last, until it is known what became of it.
	adding    []engine.Item
	fates     []fate // of these, should they be put in
	truncated int    // of their texts
	deleting  []string
}

func newTally(j *job, changed func(added, updated, deleted int)) *tally {
	return &tally{job: j, changed: changed, seed: maphash.MakeSeed(), ids: map[uint64]sighting{}}
}

// sighting is what is known of an id.
type sighting struct {
	try  int32 // the last that had a row with it
	fate fate
}

// fate is what became of an id, in the order in which one replaces another.
type fate uint8

const (
	unseen fate = iota
	unchanged
	updated
	added
)

// begin begins a try. The numbers of the first begin at nothing.
func (t *tally) begin() {
	if t.try++; t.try == 1 {
		t.job.change(func(load *record) {
			load.Rows, load.Added, load.Updated, load.Unchanged, load.Duplicates, load.Deleted, load.Truncated = 0, 0, 0, 0, 0, 0, 0
		})
	}
	t.rows, t.duplicates = 0, 0
}

// see notes that a row of this try has an id.
func (t *tally) see(id string) {
	t.rows++
	hash := maphash.String(t.seed, id)
	one := t.ids[hash]
	if one.try == t.try {
		t.duplicates++
		t.tell(func(load *record) { load.Duplicates = max(load.Duplicates, t.duplicates) })
		return
	}
	one.try = t.try
	t.ids[hash] = one
}

// saw tells whether a row of this try had an id.
func (t *tally) saw(id string) bool { return t.ids[maphash.String(t.seed, id)].try == t.try }

// made tells whether this load has put an id in.
func (t *tally) made(id string) bool { return t.ids[maphash.String(t.seed, id)].fate >= updated }

// all tells whether rows of this try are all that there is of an index of so many items.
func (t *tally) all(items int) bool { return t.rows-t.duplicates >= int64(items) }

// none tells that this try had no rows.
func (t *tally) none() bool { return t.rows == 0 }

// count counts what became of an id.
func (t *tally) count(id string, now fate) {
	hash := maphash.String(t.seed, id)
	one := t.ids[hash]
	if now <= one.fate {
		return
	}
	before := one.fate
	one.fate = now
	t.ids[hash] = one
	t.tell(func(load *record) {
		if before != unseen {
			*before.of(load)--
		}
		*now.of(load)++
	})
}

// of gives the number that counts a fate.
func (f fate) of(load *record) *int64 {
	switch f {
	case added:
		return &load.Added
	case updated:
		return &load.Updated
	}
	return &load.Unchanged
}

func (t *tally) tell(change func(*record)) {
	t.job.change(func(load *record) {
		change(load)
		load.Rows = load.Added + load.Updated + load.Unchanged + load.Duplicates
	})
}

// mayAdd notes that items are about to be put in, so many of them of texts that are longer than
// their model reads.
func (t *tally) mayAdd(open *durable.Index, items []engine.Item, truncated int) {
	t.adding, t.fates, t.truncated = items, make([]fate, len(items)), truncated
	for i, item := range items {
		t.fates[i] = added
		if _, there := open.Engine().Metadata(item.ID); there {
			t.fates[i] = updated
		}
	}
}

// added says how many of them were.
func (t *tally) added(n durable.Added) {
	for i, item := range t.adding {
		t.count(item.ID, t.fates[i])
	}
	t.adding = nil
	t.changed(n.Added, n.Updated, 0)
	if n.Added+n.Updated > 0 {
		t.tell(func(load *record) { load.Truncated += int64(t.truncated) })
	}
}

// mayDelete notes that items are about to be taken out.
func (t *tally) mayDelete(ids []string) { t.deleting = ids }

// deleted says that they were.
func (t *tally) deleted(items int) {
	t.deleting = nil
	t.changed(0, 0, items)
	t.tell(func(load *record) { load.Deleted += int64(items) })
}

// resolve finds out whether the change was made whose answer was an error, and counts it.
func (t *tally) resolve(ctx context.Context, open *durable.Index) error {
	if t.adding == nil && t.deleting == nil {
		return nil
	}
	if err := open.Settle(ctx); err != nil {
		return problems.Of(err)
	}
	var n durable.Added
	for i, item := range t.adding {
		if !open.Engine().Holds(item) {
			continue
		}
		t.count(item.ID, t.fates[i])
		if t.fates[i] == added {
			n.Added++
		} else {
			n.Updated++
		}
	}
	gone := 0
	for _, id := range t.deleting {
		if _, there := open.Engine().Metadata(id); !there {
			gone++
		}
	}
	t.adding = nil
	t.added(n)
	t.deleted(gone)
	return nil
}
