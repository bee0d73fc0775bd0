package lexical

import "encoding/binary"

// writeText codes what is kept of a text, so that its postings can be found
// again: its length and its terms in ascending order, by their steps.
func writeText(length uint32, uses []use) string {
	if len(uses) == 0 {
		return ""
	}
	var room [256]byte
	out := binary.AppendUvarint(room[:0], uint64(length))
	prev := uint32(0)
	for _, u := range uses {
		out = binary.AppendUvarint(out, uint64(u.term-prev))
		prev = u.term
	}
	return string(out)
}

// readText gives what writeText was given, but for the counts, which the
// postings hold.
func readText(text string) (length uint32, terms []uint32) {
	if text == "" {
		return 0, nil
	}
	data := []byte(text)
	n, data := number(data)
	terms = make([]uint32, 0, len(data))
	term := uint32(0)
	for len(data) > 0 {
		var step uint64
		step, data = number(data)
		term += uint32(step)
		terms = append(terms, term)
	}
	return uint32(n), terms
}

// appendRenamed appends what is kept of a text, with other numbers for its terms that are in
// the same order.
func appendRenamed(to []byte, text string, renamed []uint32) []byte {
	if text == "" {
		return to
	}
	var room [1024]byte
	length, data := number(append(room[:0], text...))
	to = binary.AppendUvarint(to, length)
	term, prev := uint64(0), uint32(0)
	for len(data) > 0 {
		var step uint64
		step, data = number(data)
		term += step
		to = binary.AppendUvarint(to, uint64(renamed[term]-prev))
		prev = renamed[term]
	}
	return to
}
