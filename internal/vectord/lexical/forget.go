package lexical

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
)

// forgetting is how words that no text has are forgotten: terms get new numbers, and with
// them the texts. That is done of a copy, while writes go on; what these change is done
// in the end.
type forgetting struct {
	x       *Index
	texts   []string   // as they were in the beginning
	renamed []string   // the same with the new numbers
	numbers []uint32   // the new one of each term, or unnamed
	next    uint32     // the first that is not given yet
	words   []string   // by term, as they were in the beginning
	terms   vocabulary // as they are to be
	bytes   int64      // of the words in terms
}

// unnamed is a term that no text has.
const unnamed = ^uint32(0)

// beginForgetting takes the copy.
func (x *Index) beginForgetting() *forgetting {
	x.writing.Lock()
	defer x.writing.Unlock()
	f := &forgetting{x: x, texts: slices.Clone(x.texts), words: x.terms.words, numbers: make([]uint32, len(x.lists))}
	for term := range x.lists {
		f.number(uint32(term))
	}
	return f
}

// number gives a term a new number, if a text has it. They keep their order, so that
// what texts hold of them stays ascending.
func (f *forgetting) number(term uint32) {
	f.numbers[term] = unnamed
	if f.x.lists[term].n > 0 {
		f.numbers[term] = f.next
		f.next++
	}
}

// name gives a term's word its new number, if there is one: words are named in their order.
func (f *forgetting) name(word string, term uint32) {
	if f.numbers[term] != unnamed {
		f.terms = f.terms.roomy()
		f.terms.add(strings.Clone(word), maphash.String(f.terms.seed, word))
		f.bytes += int64(len(word))
	}
}

// rename does what needs no lock.
func (f *forgetting) rename() {
	f.terms = newVocabulary(make([]string, 0, f.next))
	for term, word := range f.words {
		f.name(word, uint32(term))
	}
	f.renamed = make([]string, len(f.texts))
	var room []use
	for slot, text := range f.texts {
		f.renamed[slot], room = f.text(text, room)
	}
}

// text gives a text with the new numbers.
func (f *forgetting) text(text string, room []use) (string, []use) {
	length, held := readText(text)
	room = room[:0]
	for _, term := range held {
		room = append(room, use{term: f.numbers[term]})
	}
	slices.SortFunc(room, func(a, b use) int { return cmp.Compare(a.term, b.term) }) // a word that came back is behind the others
	return writeText(length, room), room
}

// endForgetting puts what was renamed in its place, with what was written meanwhile.
func (x *Index) endForgetting(f *forgetting) {
	x.writing.Lock()
	defer x.written()
	for term, word := range x.terms.words {
		if term >= len(f.numbers) {
			f.numbers = append(f.numbers, unnamed)
		}
		if f.numbers[term] == unnamed {
			f.number(uint32(term))
			f.name(word, uint32(term))
		}
	}
	lists := make([]list, f.next)
	for term, number := range f.numbers {
		if number != unnamed {
			lists[number] = x.lists[term]
		}
	}
	counts := x.counts
	counts.spelling, counts.forward = f.bytes, 0
	x.texts = f.textsNow()
	for _, text := range x.texts {
		counts.forward += int64(len(text))
	}
	x.published.Lock()
	defer x.published.Unlock()
	x.lists, x.terms, x.counts = lists, f.terms, counts
}

// textsNow gives the texts with the new numbers, without room behind the last one.
func (f *forgetting) textsNow() []string {
	used := len(f.x.texts)
	for used > 0 && f.x.texts[used-1] == "" {
		used--
	}
	texts := make([]string, used)
	copy(texts, f.renamed)
	for slot, text := range f.x.texts[:used] {
		if slot >= len(f.texts) || f.texts[slot] != text {
			texts[slot], _ = f.text(text, nil)
		}
	}
	return texts
}
