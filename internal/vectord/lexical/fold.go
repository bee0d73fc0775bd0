package lexical

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// folded gives the text in the one form that texts and queries are compared in,
// before it is parted into words.
func folded(text string) string {
	if ascii(text) {
		return strings.ToLower(text)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = cases.Fold().String(norm.NFKC.String(text))
	return norm.NFC.String(bare(norm.NFD.String(text)))
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// bare takes the accents off Latin and Greek letters of a decomposed text, and
// takes out what is not seen: joiners, soft hyphens, variants and skin tones.
func bare(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	var base rune // the last one that was no mark
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			base = r
			out.WriteRune(r)
		case r == '\u200B': // a space of no width, though a format character
			base = r
			out.WriteByte(' ')
		case r == '\u200D' && emoji(base): // joins emoji to one
			out.WriteRune(r)
		case unicode.Is(unicode.Cf, r), variant(r):
		case unicode.Is(unicode.Mn, r):
			if !unicode.In(base, unicode.Latin, unicode.Greek) {
				out.WriteRune(r)
			}
		default:
			base = r
			out.WriteString(plain(r))
		}
	}
	return out.String()
}

// variant tells the characters that only change how the one before looks.
func variant(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF
}

// emoji tells pictures, and no box drawings or mathematics.
func emoji(r rune) bool {
	return unicode.Is(unicode.So, r) &&
		(r >= 0x2300 && r < 0x2400 || r >= 0x2600 && r < 0x27C0 || r >= 0x2B00 && r < 0x2C00 || r >= 0x1F000)
}

// plain gives the usual spelling in basic Latin of letters whose stroke or
// ligature is part of them, so that no decomposition takes it off.
func plain(r rune) string {
	switch r {
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ':
		return "d"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ð':
		return "d"
	case 'þ':
		return "th"
	}
	return string(r)
}
