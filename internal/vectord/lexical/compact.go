package lexical

import (
	"hash/maphash"
	"strings"
	"unsafe"
)

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
	c := x.counts
	x.stats.Store(&Stats{
		Documents: c.texts,
		Terms:     c.terms,
		Idle:      len(x.terms.words) - c.terms,
		Words:     c.words,
		Postings:  c.postings,
		Bytes: c.blocks + c.spelling + c.forward +
			int64(cap(x.lists))*listBytes + int64(cap(x.texts))*textBytes +
			int64(cap(x.terms.words))*textBytes + int64(len(x.terms.table))*entryBytes +
			int64(len(x.terms.words))*slack + int64(c.texts)*slack,
	})
	x.writing.Unlock()
}

// Compact gives back the memory that removed texts have left behind: blocks
// that are part empty, words that no text has, room that nothing grew into. It
// takes the time of reading the index once, and writes wait for it; searches do
// not. Worth calling when a quarter of the texts are gone, or Stats.Idle nears
// Stats.Terms.
func (x *Index) Compact() {
	x.writing.Lock()
	defer x.written()
	counts := x.counts
	counts.blocks, counts.spelling, counts.forward = 0, 0, 0

	renamed, kept := renaming(x.lists)
	lists := make([]list, 0, kept)
	for _, l := range x.lists {
		if l.n > 0 {
			l = l.packed()
			lists = append(lists, l)
			counts.blocks += int64(l.bytes)
		}
	}
	terms := newVocabulary(make([]string, 0, kept))
	for term, word := range x.terms.words {
		if x.lists[term].n > 0 {
			terms.add(strings.Clone(word), maphash.String(terms.seed, word))
			counts.spelling += int64(len(word))
		}
	}
	used := len(x.texts)
	for used > 0 && x.texts[used-1] == "" {
		used--
	}
	texts := make([]string, used)
	var room []byte
	for slot, text := range x.texts[:used] {
		room = appendRenamed(room[:0], text, renamed)
		texts[slot] = string(room)
		counts.forward += int64(len(room))
	}

	x.texts = texts
	x.published.Lock()
	defer x.published.Unlock()
	x.lists, x.terms, x.counts = lists, terms, counts
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
