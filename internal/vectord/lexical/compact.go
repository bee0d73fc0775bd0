package lexical

import "unsafe"

// Stats says how large an index is.
type Stats struct {
	Documents int   // slots with a text that has a word
	Terms     int   // different words that are in a text
	Idle      int   // words that no text has any more; Compact forgets them
	Words     int64 // of all texts, repeated ones too
	Postings  int64 // pairs of a text and a different word of it
	Bytes     int64 // of memory, what is reserved for growth included, within some percent
}

// Bytes per entry of the tables, as the runtime lays them out: a map's slot is
// the key's header, the value and a control byte, at three quarters full.
const (
	listBytes = int64(unsafe.Sizeof(list{}))
	textBytes = int64(unsafe.Sizeof(""))
	termBytes = (16 + 8 + 1) * 4 / 3
	slack     = 6 // what a small allocation is larger than asked for, on the average
)

// Stats gives the index's size, as the last write that has ended left it. It takes no
// longer for a large one, and waits for no write.
func (x *Index) Stats() Stats {
	if s := x.stats.Load(); s != nil {
		return *s
	}
	return Stats{}
}

// written ends a write.
func (x *Index) written() {
	c := x.counts
	x.stats.Store(&Stats{
		Documents: c.texts,
		Terms:     c.terms,
		Idle:      len(x.terms) - c.terms,
		Words:     c.words,
		Postings:  c.postings,
		Bytes: c.blocks + c.spelling + c.forward +
			int64(cap(x.lists))*listBytes + int64(cap(x.texts))*textBytes +
			int64(len(x.terms))*(termBytes+slack) + int64(c.texts)*slack,
	})
	x.writing.Unlock()
}

// Compact gives back the memory that removed texts have left behind: blocks
// that are part empty, words that no text has, room that nothing grew into. It
// takes the time of reading the index once, and makes way for writes meanwhile: these wait
// while one list is packed, or tables are exchanged, which takes milliseconds for a
// million texts; searches wait for neither. Worth calling when a quarter of the texts are
// gone, or Stats.Idle nears Stats.Terms.
func (x *Index) Compact() {
	x.compacting.Lock()
	defer x.compacting.Unlock()
	for from, more := uint32(0), true; more; {
		from, more = x.pack(from)
	}
	f := x.beginForgetting()
	f.rename()
	x.endForgetting(f)
}

// packedAtOnce is how many terms and postings are packed before writes get their turn.
const packedAtOnce = 1024

// pack packs some lists from a term on, and tells where to go on.
func (x *Index) pack(term uint32) (next uint32, more bool) {
	x.writing.Lock()
	defer x.written()
	var changes []change
	for work := 0; int(term) < len(x.lists) && work < packedAtOnce; term++ {
		if l := x.lists[term]; l.n > 0 {
			changes = append(changes, change{term, l.packed()})
			work += int(l.n)
		}
		work++
	}
	x.publish(changes, x.counts)
	return term, int(term) < len(x.lists)
}
