package wordpiece

// ideograph tells the characters that are words of their own. These are the ranges of
// the reference, which leave out a part of extension E (2B820-2B91F).
func ideograph(c rune) bool {
	switch {
	case c < 0x3400:
		return false
	case c <= 0x4DBF,
		c >= 0x4E00 && c <= 0x9FFF,
		c >= 0xF900 && c <= 0xFAFF,
		c >= 0x20000 && c <= 0x2A6DF,
		c >= 0x2A700 && c <= 0x2B81F,
		c >= 0x2B920 && c <= 0x2CEAF,
		c >= 0x2F800 && c <= 0x2FA1F:
		return true
	}
	return false
}

// The syllables of Hangul are made of jamo by arithmetic (Unicode, 3.12), and package
// norm has no table of them.
const (
	hangul      = 0xAC00
	hangulCount = leads * vowels * tails

	lead, leads   = 0x1100, 19
	vowel, vowels = 0x1161, 21
	tail, tails   = 0x11A7, 28
)

// jamo gives the two or three letters of a syllable; a third that is not there is 0.
func jamo(c rune) (first, second, third rune) {
	n := c - hangul
	if t := n % tails; t > 0 {
		third = tail + t
	}
	return lead + n/(vowels*tails), vowel + n/tails%vowels, third
}
