package lexical

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Config holds the two constants of BM25.
type Config struct {
	K1 float64 // how slowly a repeated word saturates; 1.2 is usual, 0 counts presence alone
	B  float64 // how much length counts against a text, 0 to 1; 0.75 is usual
}

// Index is an inverted index over the texts of slots. All methods may be called
// at any time; see the package's word on concurrency.
type Index struct {
	config Config

	// writing is held by a write from its first look to its end. Only who holds
	// it changes anything below.
	writing sync.Mutex
	texts   []string // by slot: the text's length and terms, "" without a text

	compacting sync.Mutex // one at a time

	// published guards what searches read. A write takes it to exchange what it
	// has built.
	published sync.RWMutex
	terms     vocabulary
	lists     []list // by term
	counts    counts

	stats    atomic.Pointer[Stats] // after the last write; nil: there was none
	searches sync.Pool             // of *search
}

// counts are kept beside the lists, so that a search sees them of one moment.
type counts struct {
	texts    int
	words    int64 // of all texts
	terms    int   // that are in a text
	postings int64
	blocks   int64 // bytes of blocks and chunks
	spelling int64 // bytes of the terms' words
	forward  int64 // bytes of texts
}

// New gives an empty index.
func New(config Config) *Index {
	return &Index{config: config, terms: newVocabulary(nil)}
}

// change is a term's list as it is to be.
type change struct {
	term uint32
	list list
}

// use is a term in a text.
type use struct{ term, tf uint32 }

// Words are those of a text, as [Read] found them.
type Words struct{ list []string }

// Read finds the words of a text: the part of Set that may be done for many at once.
func Read(text string) Words { return Words{words(text)} }

// Set gives a slot its text, in place of the one it had. A text without a word
// is as none. The text is read before other writes are waited for.
func (x *Index) Set(slot uint32, text string) { x.SetWords(slot, Read(text)) }

// SetWords is Set with a text that was read.
func (x *Index) SetWords(slot uint32, w Words) {
	x.SetWordsWith(slot, w, func(publish func()) { publish() })
}

// SetWordsWith is SetWords for a caller who changes something else at the same moment: with
// is called when all else is done, and calls publish, once. It must not write to the index.
func (x *Index) SetWordsWith(slot uint32, w Words, with func(publish func())) {
	x.writing.Lock()
	defer x.written()
	changes, counts := x.exchanged(slot, x.uses(w.list), uint32(len(w.list)))
	with(func() { x.publish(changes, counts) })
}

// Remove takes the text of a slot away, if it has one.
func (x *Index) Remove(slot uint32) {
	x.writing.Lock()
	defer x.written()
	x.exchange(slot, nil, 0)
}

// Moved gives the text of a slot to another slot, in place of the one that had,
// without reading it again.
func (x *Index) Moved(from, to uint32) {
	x.writing.Lock()
	defer x.written()
	if from == to {
		return
	}
	x.exchange(to, nil, 0)
	if int(from) >= len(x.texts) || x.texts[from] == "" {
		return
	}
	x.grow(to)
	_, held := readText(x.texts[from])
	changes := make([]change, 0, len(held))
	for _, term := range held {
		l, p := x.lists[term].remove(from)
		p.slot = to
		changes = append(changes, change{term, l.insert(p)})
	}
	x.texts[from], x.texts[to] = "", x.texts[from]
	x.publish(changes, x.counts)
}

// uses gives the terms of some words in their order, new ones for words that no
// text had.
func (x *Index) uses(found []string) []use {
	terms := make([]uint32, len(found))
	for i, word := range found {
		term, known := x.terms.term(word)
		if !known {
			term = x.newTerm(strings.Clone(word))
		}
		terms[i] = term
	}
	slices.Sort(terms)
	var out []use
	for _, term := range terms {
		if n := len(out); n > 0 && out[n-1].term == term {
			out[n-1].tf++
		} else {
			out = append(out, use{term, 1})
		}
	}
	return out
}

// newTerm makes a word known. Searches may see it before a text has it.
func (x *Index) newTerm(word string) uint32 {
	term, lists, terms := uint32(len(x.lists)), append(x.lists, list{}), x.terms.roomy()
	x.published.Lock()
	defer x.published.Unlock()
	terms.add(word, maphash.String(terms.seed, word))
	x.lists, x.terms = lists, terms
	x.counts.spelling += int64(len(word))
	return term
}

// exchange gives a slot new terms in place of those it has.
func (x *Index) exchange(slot uint32, now []use, length uint32) {
	x.publish(x.exchanged(slot, now, length))
}

// exchanged is exchange but for what searches see.
func (x *Index) exchanged(slot uint32, now []use, length uint32) ([]change, counts) {
	if len(now) > 0 {
		x.grow(slot)
	} else if int(slot) >= len(x.texts) || x.texts[slot] == "" {
		return nil, x.counts
	}
	oldLength, old := readText(x.texts[slot])
	text := writeText(length, now)
	changes := make([]change, 0, len(old)+len(now))
	for len(old) > 0 || len(now) > 0 {
		var c change
		goes := len(old) > 0 && (len(now) == 0 || old[0] <= now[0].term)
		comes := len(now) > 0 && (len(old) == 0 || now[0].term <= old[0])
		if goes {
			c.term, old = old[0], old[1:]
		}
		p := posting{slot: slot, length: length}
		if comes {
			c.term, p.tf, now = now[0].term, now[0].tf, now[1:]
		}
		switch l := x.lists[c.term]; {
		case goes && comes:
			c.list = l.change(p)
		case comes:
			c.list = l.insert(p)
		default:
			c.list, _ = l.remove(slot)
		}
		changes = append(changes, c)
	}
	counts := x.counts
	counts.texts += count(text) - count(x.texts[slot])
	counts.words += int64(length) - int64(oldLength)
	counts.forward += int64(len(text)) - int64(len(x.texts[slot]))
	x.texts[slot] = text
	return changes, counts
}

func count(text string) int { return min(len(text), 1) }

// grow makes room for the text of a slot.
func (x *Index) grow(slot uint32) {
	if need := int(slot) + 1 - len(x.texts); need > 0 {
		x.texts = append(x.texts, make([]string, need)...)
	}
}

// publish puts changed lists in the place of the old ones: the moment that a
// search waits for.
func (x *Index) publish(changes []change, counts counts) {
	x.published.Lock()
	defer x.published.Unlock()
	for i := range changes {
		old, now := &x.lists[changes[i].term], &changes[i].list
		counts.postings += int64(now.n) - int64(old.n)
		counts.blocks += int64(now.bytes) - int64(old.bytes)
		counts.terms += min(int(now.n), 1) - min(int(old.n), 1)
		*old = *now
	}
	x.counts = counts
}
