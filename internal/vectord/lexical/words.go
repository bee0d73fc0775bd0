package lexical

import (
	"unicode"
	"unicode/utf8"

	uax29 "github.com/clipperhouse/uax29/v2/words"
)

// rules are the number of what is said here, and by the libraries, of which words a text has.
// With another one the words that were saved are found anew.
const rules = 1

// maxWord is how many bytes of a word count.
const maxWord = 128

// words gives the words of a text in their order, as slices of its folded form.
func words(text string) []string {
	text = folded(text)
	out := make([]string, 0, len(text)/6+1)
	add := func(word string) {
		if len(word) > maxWord {
			n := maxWord
			for !utf8.RuneStart(word[n]) {
				n--
			}
			word = word[:n]
		}
		out = append(out, word)
	}
	near := -1 // where the last character of a script without spaces starts
	for next := uax29.FromString(text); next.Next(); {
		start, end := next.Start(), next.End()
		segment := text[start:end]
		r, size := utf8.DecodeRuneInString(segment)
		switch {
		case unspaced(r):
			if near >= 0 {
				add(text[near:end])
			}
			add(segment)
			near = start
			continue
		case size < len(segment) || letter(r):
			parts(segment, add)
			if len(segment) == 1 {
				if n := sharp(text[end:]); n > 0 {
					out[len(out)-1] = text[start : end+n]
				}
			}
		case emoji(r):
			add(segment)
		}
		near = -1
	}
	return out
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// unspaced tells the scripts that part no words. Katakana and Hangul are read in
// runs instead.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// sharp gives the length of what makes the one letter before it a name of its
// own: C++, C#, A+.
func sharp(rest string) int {
	n := 0
	for n < len(rest) && n < 2 && rest[n] == '+' {
		n++
	}
	if n == 0 && rest != "" && rest[0] == '#' {
		n = 1
	}
	if n == 2 {
		return n // C++17
	}
	if r, _ := utf8.DecodeRuneInString(rest[n:]); letter(r) {
		return 0 // a+b
	}
	return n
}

// parts gives the pieces of a segment between characters that are neither
// letters, numbers nor marks, an emoji sequence whole. A single such character
// between two digits parts nothing.
func parts(segment string, add func(string)) {
	start, joined := -1, false
	var before rune
	for i, r := range segment {
		if joined {
			joined = false
			if !digit(r) {
				add(segment[start : i-1])
				start = -1
			}
		}
		switch {
		case letter(r):
			if start < 0 {
				start = i
			}
		case unicode.IsMark(r):
		case start < 0 && emoji(r):
			add(segment[i:])
			return
		case start < 0:
		case r < utf8.RuneSelf && r != '_' && digit(before):
			joined = true
		default:
			add(segment[start:i])
			start = -1
		}
		before = r
	}
	switch {
	case joined:
		add(segment[start : len(segment)-1])
	case start >= 0:
		add(segment[start:])
	}
}

func digit(r rune) bool { return r >= '0' && r <= '9' }
