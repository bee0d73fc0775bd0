package wordpiece

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxChars is how many characters a word may have before it is [UNK].
const maxChars = 100

// reader takes one text apart. The word that it is in holds normalised characters; of
// one that is too long only their number goes on.
type reader struct {
	*Tokenizer
	ids       []int32
	end       int // how many ids there may be before [SEP]
	truncated bool

	word  [maxChars * utf8.UTFMax]byte
	size  int
	chars int
}

func (r *reader) read(text string) {
	for i := 0; i < len(text) && !r.truncated; {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			r.put(rune(c))
			i++
		case 'A' <= c && c <= 'Z':
			r.put(rune(c | 0x20))
			i++
		case c == ' ', c == '\t', c == '\n', c == '\r':
			r.endWord()
			i++
		default:
			char, n := utf8.DecodeRuneInString(text[i:])
			r.take(char, text[i:i+n])
			i += n
		}
	}
	r.endWord()
}

// take reads a character that is no letter or digit of ASCII and no white space of it;
// text is the same one.
func (r *reader) take(c rune, text string) {
	switch {
	case c == utf8.RuneError || unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co):
	case unicode.IsSpace(c):
		r.endWord()
	case ideograph(c):
		r.endWord()
		r.decompose(c, text)
		r.endWord()
	default:
		r.decompose(c, text)
	}
}

// decompose reads the characters of which one is made. Marks that stay in a word would
// have to be ordered by their combining class; but no vocabulary without accents has a
// mark of which that is not 0, so their order makes no difference.
func (r *reader) decompose(c rune, text string) {
	if c >= hangul && c < hangul+hangulCount {
		lead, vowel, tail := jamo(c)
		r.letter(lead)
		r.letter(vowel)
		if tail > 0 {
			r.letter(tail)
		}
		return
	}
	parts := norm.NFD.PropertiesString(text).Decomposition()
	if parts == nil {
		r.letter(c)
	}
	for len(parts) > 0 {
		part, n := utf8.DecodeRune(parts)
		r.letter(part)
		parts = parts[n:]
	}
}

// letter reads a character that is decomposed.
func (r *reader) letter(c rune) {
	switch {
	case unicode.Is(unicode.Mn, c):
	case unicode.IsPunct(c), c < utf8.RuneSelf && unicode.IsSymbol(c):
		r.endWord()
		r.put(c)
		r.endWord()
	default:
		r.put(unicode.ToLower(c))
	}
}

// put adds a character to the word.
func (r *reader) put(c rune) {
	if r.chars == 0 && len(r.ids) == r.end {
		r.truncated = true
		return
	}
	if r.chars < maxChars {
		r.size += utf8.EncodeRune(r.word[r.size:], c)
	}
	r.chars++
}

// endWord appends the ids of the word, if there is one, and begins another.
func (r *reader) endWord() {
	switch {
	case r.chars > maxChars:
		r.ids = append(r.ids, r.unk)
	case r.chars > 0:
		r.pieces(r.word[:r.size])
	}
	r.size, r.chars = 0, 0
}

// pieces appends the ids of a word, for at least one of which there is room.
func (r *reader) pieces(word []byte) {
	before, more := len(r.ids), false
	for vocabulary := r.first; len(word) > 0; vocabulary = r.further {
		id, n := longest(vocabulary, word[:min(len(word), r.longest)])
		switch {
		case n == 0:
			r.ids = append(r.ids[:before], r.unk)
			return
		case len(r.ids) < r.end:
			r.ids = append(r.ids, id)
		default:
			more = true
		}
		word = word[n:]
	}
	r.truncated = more
}

// longest gives the longest piece with which these bytes begin, and its length; that is
// 0 where there is none.
func longest(vocabulary map[string]int32, word []byte) (id int32, n int) {
	for n := len(word); n > 0; n-- {
		if id, ok := vocabulary[string(word[:n])]; ok {
			return id, n
		}
	}
	return 0, 0
}
