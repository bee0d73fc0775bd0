package lexical

import (
	"encoding/binary"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/frames"
)

// What an index holds is saved in the form in which it is searched, so that it is there again
// without reading the texts. Numbers are little endian, of 4 bytes unless something else is
// said, and a term is the place of its word among the words.
//
//	the rules by which words were found, the number of words, and that of texts
//	frames of words: how many, their bytes, and 0; then the length of each, 1 byte, and the words
//	frames of texts in order of their slots: how many, their bytes, and 0; then
//	  the slot of each, its bytes, and what is kept of the texts, as writeText has it
//	frames of lists in order of their terms: how many, the number of blocks, and the bytes of
//	  these; then of each list how many blocks it has, of each block how many
//	  postings, 1 byte, and the blocks, as they are in memory
//
// Words that no text has any more are left out, and the terms of the others are numbered
// anew: what was removed from the index is not saved.

const frameBytes = 256 << 10 // after which a frame is ended

// Write saves what the index held.
func (v *View) Write(to io.Writer) error {
	renamed, words := renaming(v.lists)
	texts := 0
	for _, text := range v.texts {
		texts += count(text)
	}
	if err := frames.Write(to, frames.Head{rules, words, texts}); err != nil {
		return err
	}
	w := &writer{to: to}
	if err := w.words(v); err != nil {
		return err
	}
	if words == len(renamed) {
		renamed = nil
	}
	if err := w.texts(v, renamed); err != nil {
		return err
	}
	return w.lists(v)
}

// writer gathers the columns of a frame.
type writer struct {
	to                    io.Writer
	count, blocks         int
	first, second, behind []byte
}

func (w *writer) words(v *View) error {
	for term, word := range v.words {
		if v.lists[term].n == 0 {
			continue
		}
		w.first, w.behind = append(w.first, byte(len(word))), append(w.behind, word...)
		if err := w.counted(len(w.behind), 0); err != nil {
			return err
		}
	}
	return w.flush(len(w.behind), 0)
}

func (w *writer) texts(v *View, renamed []uint32) error {
	for slot, text := range v.texts {
		if text == "" {
			continue
		}
		before := len(w.behind)
		if renamed == nil {
			w.behind = append(w.behind, text...)
		} else {
			w.behind = appendRenamed(w.behind, text, renamed)
		}
		w.first = binary.LittleEndian.AppendUint32(w.first, uint32(slot))
		w.second = binary.LittleEndian.AppendUint32(w.second, uint32(len(w.behind)-before))
		if err := w.counted(len(w.behind), 0); err != nil {
			return err
		}
	}
	return w.flush(len(w.behind), 0)
}

func (w *writer) lists(v *View) error {
	for i := range v.lists {
		if v.lists[i].n == 0 {
			continue
		}
		before := w.blocks
		if s := v.lists[i].sealed; s != nil {
			for _, chunk := range s.chunks {
				for at := range chunk {
					w.block(&chunk[at])
				}
			}
		}
		w.block(&v.lists[i].tail)
		w.first = binary.LittleEndian.AppendUint32(w.first, uint32(w.blocks-before))
		if err := w.counted(w.blocks, len(w.behind)); err != nil {
			return err
		}
	}
	return w.flush(w.blocks, len(w.behind))
}

func (w *writer) block(b *block) {
	if b.n > 0 {
		w.blocks++
		w.second, w.behind = append(w.second, byte(b.n)), append(w.behind, b.data...)
	}
}

// counted ends a frame that is large enough with the thing that was put in.
func (w *writer) counted(a, b int) error {
	if w.count++; len(w.first)+len(w.second)+len(w.behind) < frameBytes {
		return nil
	}
	return w.flush(a, b)
}

// flush writes a frame, unless nothing is in it. Two numbers beside that of the things in it
// say how large it is.
func (w *writer) flush(a, b int) error {
	if w.count == 0 {
		return nil
	}
	if err := frames.Write(w.to, frames.Head{w.count, a, b}, w.first, w.second, w.behind); err != nil {
		return err
	}
	*w = writer{to: w.to, first: w.first[:0], second: w.second[:0], behind: w.behind[:0]}
	return nil
}
