package lexical

import (
	"hash/maphash"
	"slices"
)

// vocabulary gives words their terms, which are their places in words. It is a table of
// hashes beside that list, so that who takes a view has the words by copying a slice: below
// len they never change.
type vocabulary struct {
	seed  maphash.Seed
	words []string
	table []uint64 // the upper half of a word's hash, and its term + 1; 0 is free
}

const (
	leastTable = 64
	entryBytes = 8
)

// newVocabulary has no word, and a table for as many as room has room for, which is its own.
func newVocabulary(room []string) vocabulary {
	size := leastTable
	for size*3/4 < cap(room) {
		size *= 2
	}
	return vocabulary{seed: maphash.MakeSeed(), words: room[:0], table: make([]uint64, size)}
}

// term finds a word's term.
func (v *vocabulary) term(word string) (term uint32, known bool) {
	term, known, _ = v.find(word, maphash.String(v.seed, word))
	return term, known
}

// find gives the term of a word with that hash, or else a free place for it.
func (v *vocabulary) find(word string, hash uint64) (term uint32, known bool, at int) {
	for at = v.place(hash); v.table[at] != 0; at = (at + 1) & (len(v.table) - 1) {
		if e := v.table[at]; (e^hash)>>32 == 0 && v.words[uint32(e)-1] == word {
			return uint32(e) - 1, true, at
		}
	}
	return 0, false, at
}

func (v *vocabulary) place(hash uint64) int { return int(hash>>32) & (len(v.table) - 1) }

// add puts a word behind the others, unless it is there. There must be room, and nobody may
// look for words meanwhile.
func (v *vocabulary) add(word string, hash uint64) (added bool) {
	_, known, at := v.find(word, hash)
	if !known {
		v.words = append(v.words, word)
		v.table[at] = hash>>32<<32 | uint64(len(v.words))
	}
	return !known
}

// roomy gives a vocabulary that has room for a word more: this one, or one with a table of
// its own. Whoever reads this one goes on undisturbed.
func (v vocabulary) roomy() vocabulary {
	v.words = slices.Grow(v.words, 1)
	if len(v.words) < len(v.table)*3/4 {
		return v
	}
	old := v.table
	v.table = make([]uint64, 2*len(old))
	for _, e := range old {
		if e != 0 {
			at := v.place(e)
			for v.table[at] != 0 {
				at = (at + 1) & (len(v.table) - 1)
			}
			v.table[at] = e
		}
	}
	return v
}
