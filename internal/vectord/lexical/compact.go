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

// Bytes per entry of the tables.
const (
	listBytes = int64(unsafe.Sizeof(list{}))
	textBytes = int64(unsafe.Sizeof("")) // and of a word
	slack     = 6                        // what a small allocation is larger than asked for, on the average
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
	x.tell(x.counts, len(x.terms.words)-x.counts.terms, int64(cap(x.lists))*listBytes+
		int64(cap(x.texts)+cap(x.terms.words))*textBytes+int64(len(x.terms.table))*entryBytes)
	x.writing.Unlock()
}

// tell tells the size that so much makes, with tables of so many bytes.
func (x *Index) tell(c counts, idle int, tables int64) {
	x.stats.Store(&Stats{
		Documents: c.texts,
		Terms:     c.terms,
		Idle:      idle,
		Words:     c.words,
		Postings:  c.postings,
		Bytes:     c.blocks + c.spelling + c.forward + tables + int64(c.terms+idle+c.texts)*slack,
	})
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

// renaming numbers the terms that are in a text anew, in the order that they have, so that
// what texts hold of them stays ascending, and counts them.
func renaming(lists []list) (renamed []uint32, kept int) {
	renamed = make([]uint32, len(lists))
	for term := range lists {
		renamed[term] = uint32(kept)
		kept += min(int(lists[term].n), 1)
	}
	return renamed, kept
}
