package catalogd

import (
	"container/list"
	"sync"
)

// tables bounds what the tables in memory take: those used last stay, and one
// that had to go is read again when it is asked for. Whoever holds a table goes
// on with it, since a table never changes; so nobody waits for this, commits
// least of all.
type tables struct {
	limit int64 // bytes, about

	mu     sync.Mutex
	held   int64
	recent *list.List // of *heldTable, the one used last in front
	at     map[*head]*list.Element
}

// heldTable is what a head holds in memory beside its pointer.
type heldTable struct {
	*head
	weight int64
}

func newTables(limit int64) *tables {
	return &tables{limit: limit, recent: list.New(), at: map[*head]*list.Element{}}
}

// bytes is what the tables in memory take, about.
func (ts *tables) bytes() int64 {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.held
}

// used notes that a head's table was asked for.
func (ts *tables) used(h *head) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if entry, ok := ts.at[h]; ok {
		ts.recent.MoveToFront(entry)
	}
}

// loaded accounts for what a head holds now, and lets the tables go that were not
// used for longest. The head's own stays, however large it is.
func (ts *tables) loaded(h *head) {
	weight := h.weight()
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if h.replaced {
		return // it goes with those who still read it
	}
	ts.drop(h)
	ts.at[h] = ts.recent.PushFront(&heldTable{head: h, weight: weight})
	ts.held += weight
	for ts.held > ts.limit && ts.recent.Len() > 1 {
		oldest := ts.recent.Back().Value.(*heldTable).head
		oldest.table.Store(nil)
		oldest.segments.Store(nil)
		ts.drop(oldest)
	}
}

// forget takes a head out of account that is not its dataset's any more.
func (ts *tables) forget(h *head) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	h.replaced = true
	ts.drop(h)
}

func (ts *tables) drop(h *head) {
	if entry, ok := ts.at[h]; ok {
		ts.held -= ts.recent.Remove(entry).(*heldTable).weight
		delete(ts.at, h)
	}
}

// About how many bytes things take in memory, with what they point to, as
// measured; rather too many than too few.
const (
	tableBytes    = 4 << 10
	recordBytes   = 2 << 10 // a snapshot, decoded, beside its text
	manifestBytes = 512
	objectBytes   = 256
	fieldBytes    = 256 // of a schema
	receiptBytes  = 512
)

// weight is about how many bytes a head's table and receipts take.
func (h *head) weight() (n int64) {
	if t := h.table.Load(); t != nil {
		n = tableBytes
		for _, r := range t.history {
			n += recordBytes + int64(len(r.text)) + 16*int64(len(r.manifests)) // which versions share
		}
		for _, s := range t.meta.Schemas() {
			n += fieldBytes * int64(s.NumFields())
		}
		n += manifestBytes*int64(len(t.history)+len(t.manifests)) + objectBytes*int64(len(t.objects))
	}
	if segments := h.segments.Load(); segments != nil {
		for _, s := range *segments {
			n += s.weight
		}
	}
	return n
}
